/** Splits an inline request into its arguments, by the quoting rules of Redis (sds.c, sdssplitargs). */
import * as ByteString from "../../domain/ByteString.ts"

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["a", "\x07"]
])

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && /^[ \t\n\v\f\r]$/.test(character)

interface Quoted {
  readonly text: string
  /** The index after the closing quote. */
  readonly next: number
}

/** `"…"` from the index after its opening quote, with `\xHH` and the escapes of C; `undefined` if it never closes. */
const doubleQuoted = (line: string, start: number): Quoted | undefined => {
  let text = ""
  let index = start
  while (index < line.length) {
    const character = line.charAt(index)
    if (character === '"') return { text, next: index + 1 }
    if (character !== "\\" || index + 1 === line.length) {
      text += character
      index += 1
      continue
    }
    const hexadecimal = /^x([0-9a-fA-F]{2})/.exec(line.slice(index + 1, index + 4))?.[1]
    if (hexadecimal !== undefined) {
      text += String.fromCharCode(Number.parseInt(hexadecimal, 16))
      index += 4
    } else {
      const escaped = line.charAt(index + 1)
      text += escapes.get(escaped) ?? escaped
      index += 2
    }
  }
  return undefined
}

/** `'…'` from the index after its opening quote, where only `\'` is an escape; `undefined` if it never closes. */
const singleQuoted = (line: string, start: number): Quoted | undefined => {
  let text = ""
  let index = start
  while (index < line.length) {
    if (line.startsWith("\\'", index)) {
      text += "'"
      index += 2
    } else if (line.charAt(index) === "'") {
      return { text, next: index + 1 }
    } else {
      text += line.charAt(index)
      index += 1
    }
  }
  return undefined
}

/** The arguments in a line, or `undefined` where a quote never closes or is followed by anything but a space. */
export const splitLine = (line: string): ReadonlyArray<ByteString.ByteString> | undefined => {
  const args: Array<ByteString.ByteString> = []
  let index = 0
  while (true) {
    while (isSpace(line[index])) index++
    if (index >= line.length) return args
    let arg = ""
    while (index < line.length && !isSpace(line[index])) {
      const character = line.charAt(index)
      if (character === '"' || character === "'") {
        const quoted = (character === '"' ? doubleQuoted : singleQuoted)(line, index + 1)
        if (quoted === undefined || (quoted.next < line.length && !isSpace(line[quoted.next])))
          return undefined
        arg += quoted.text
        index = quoted.next
      } else {
        arg += character
        index += 1
      }
    }
    args.push(ByteString.unsafe(arg))
  }
}
