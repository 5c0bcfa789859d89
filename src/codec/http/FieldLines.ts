/** Field lines as text (RFC 9112, 5), and how the value of one is found among them. What they say of a request: RequestFields. */

/** The key by which `HttpRequest.field` finds a field; made once for each name, because requests are looked up in often. */
export type FieldKey = `\n${string}:`

/** The key of a field's name, whatever the case of its letters (RFC 9110, 5.1). */
export const fieldKey = (name: string): FieldKey => `\n${name.toLowerCase()}:`

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09

/** The value of a field among field lines, as `HttpRequest.field` has it. */
export const fieldIn = (fields: string, lowerCase: string, key: FieldKey): string | undefined => {
  let found = lowerCase.indexOf(key)
  if (found === -1) return undefined
  let value = valueAt(fields, found + key.length)
  for (;;) {
    found = lowerCase.indexOf(key, found + key.length)
    if (found === -1) return value
    value += `, ${valueAt(fields, found + key.length)}`
  }
}

/** How many lines of this name there are, 2 for more. */
export const countIn = (lowerCase: string, key: FieldKey): 0 | 1 | 2 => {
  const first = lowerCase.indexOf(key)
  if (first === -1) return 0
  return lowerCase.indexOf(key, first + key.length) === -1 ? 1 : 2
}

/** The value that begins here, without the optional white space around it (RFC 9112, 5.1). */
const valueAt = (fields: string, from: number): string => {
  let start = from
  let end = fields.indexOf("\r", from)
  while (start < end && isSpace(fields.charCodeAt(start))) start += 1
  while (end > start && isSpace(fields.charCodeAt(end - 1))) end -= 1
  return fields.slice(start, end)
}
