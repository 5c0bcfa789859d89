/**
 * A word is what travels on the wire: a run of bytes held as a string of one character a byte (latin1).
 * Nothing here knows what a word means; only the two ways between words and text are here.
 */
import { Effect, Schema, Stream } from "effect"

const isWord = (value: string): boolean => /^[\0-\xff]*$/.test(value)

/** Bytes as a string whose every character is one byte, U+0000 to U+00FF. */
export const ByteString = Schema.String.check(
  Schema.makeFilter(isWord, { expected: "a string of characters up to U+00FF" })
).pipe(Schema.brand("ByteString"))
/** Bytes as a string whose every character is one byte. */
export type ByteString = typeof ByteString.Type

const isAscii = (value: string): boolean => /^[\0-\x7f]*$/.test(value)

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const utf8Encoder = new TextEncoder()

/** The word whose bytes are these characters; only for strings that were read as latin1 or are ASCII by construction. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one door: looking at every character again would cost more than reading them did
export const unsafe = (latin1: string): ByteString => latin1 as ByteString

/** The word that holds `text` in UTF-8. A lone surrogate becomes U+FFFD, as everywhere in the platform. */
export const fromText = (text: string): ByteString =>
  isAscii(text) ? unsafe(text) : fromBytes(utf8Encoder.encode(text))

/** The word that holds these bytes. */
export const fromBytes = (bytes: Uint8Array): ByteString =>
  unsafe(
    (Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    ).toString("latin1")
  )

/** The word that holds all bytes of a stream. */
export const collect = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<ByteString, E, R> =>
  Stream.runFold(
    bytes,
    () => "",
    (text, chunk) => text + fromBytes(chunk)
  ).pipe(Effect.map(unsafe))

/** The bytes of a word. */
export const toBytes = (word: ByteString): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(word.length)
  for (let index = 0; index < word.length; index++) bytes[index] = word.charCodeAt(index)
  return bytes
}

/** The text a word holds, or `undefined` where its bytes are not UTF-8. */
export const toText = (word: ByteString): string | undefined => {
  if (isAscii(word)) return word
  try {
    return utf8Decoder.decode(toBytes(word))
  } catch {
    return undefined
  }
}

/** The text a word holds for people to read: bytes that are not UTF-8 become U+FFFD. */
export const toTextLossy = (word: ByteString): string =>
  isAscii(word) ? word : new TextDecoder().decode(toBytes(word))

/** Characters that would end a line or steer a terminal, ASCII's and those of U+0080 to U+009F. */
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g

/** What a client wrote, fit to stand in an error's line: no control character, at most 128 bytes, always UTF-8. */
export const printable = (word: ByteString): string =>
  toTextLossy(unsafe(word.slice(0, 128)))
    .replace(/\ufffd+$/, "")
    .replaceAll("\ufffd", "?")
    .replace(controlCharacters, " ")

/** V8 copies what is cut from a string up to this length; of what is longer it keeps a view of the whole. */
const longestCopied = 12

/** The same bytes, without what they were cut from, which would be kept in memory with them. */
export const ownCopy = (value: ByteString): ByteString =>
  value.length <= longestCopied ? value : fromBytes(Buffer.from(value, "latin1"))
