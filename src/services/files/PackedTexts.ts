/**
 * Texts that are kept long, packed in UTF-8. A million strings are a million objects, which V8 copies while they are young
 * and looks at whenever it collects: what lies in a buffer costs it nothing.
 */

/** Texts one behind another, each at an index from 0 on. */
export interface PackedTexts {
  readonly bytes: Buffer
  /** Where each text ends, in bytes. */
  readonly ends: Uint32Array
}

/** These texts, which are well-formed: a lone surrogate would become U+FFFD. */
export const packTexts = (texts: ReadonlyArray<string>): PackedTexts => {
  const together = texts.join("")
  // Memory of its own: small buffers would hold a pool.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(together))
  bytes.write(together)
  const isAscii = bytes.length === together.length
  const ends = new Uint32Array(texts.length)
  let end = 0
  for (const [index, text] of texts.entries()) {
    end += isAscii ? text.length : Buffer.byteLength(text)
    ends[index] = end
  }
  return { bytes, ends }
}

/** The text at this index, made anew each time; `undefined` where there is none. */
export const textAt = ({ bytes, ends }: PackedTexts, index: number): string | undefined => {
  const end = ends[index]
  return end === undefined ? undefined : bytes.toString("utf8", ends[index - 1] ?? 0, end)
}
