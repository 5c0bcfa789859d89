/**
 * A byte string: bytes as they travel on the wire, held as a string of one character a byte (latin1). Converts between
 * byte strings, bytes and text; what the bytes mean is left to commands and codec.
 */
import { Effect, Schema, Stream } from "effect"

const isByteString = (value: string): boolean => /^[\0-\xff]*$/.test(value)

/** Bytes as a string whose every character is one byte, U+0000 to U+00FF. */
export const ByteString = Schema.String.check(
  Schema.makeFilter(isByteString, { expected: "a string of characters up to U+00FF" })
).pipe(Schema.brand("ByteString"))
/** Bytes as a string whose every character is one byte. */
export type ByteString = typeof ByteString.Type

/** Whether all of its characters are ASCII: then it is its own UTF-8. */
export const isAscii = (value: string): boolean => /^[\0-\x7f]*$/.test(value)

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true })
const utf8Encoder = new TextEncoder()

/** The byte string with these characters, unchecked: only for strings that were read as latin1 or are ASCII by construction. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only cast to ByteString: checking every character again would cost more than reading them did
export const unsafe = (latin1: string): ByteString => latin1 as ByteString

/** `text` in UTF-8. A lone surrogate becomes U+FFFD, as `TextEncoder` has it. */
export const fromText = (text: string): ByteString =>
  isAscii(text) ? unsafe(text) : fromBytes(utf8Encoder.encode(text))

/** The memory of a byte string besides its bytes, in bytes: a string's header and its place in a growing array. */
export const overhead = 48

/** A byte string with a copy of these bytes. */
export const fromBytes = (bytes: Uint8Array): ByteString => fromRange(bytes, 0, bytes.length)

/** A byte string with a copy of the bytes from `start` on and before `end`; as many of them as there are. */
export const fromRange = (bytes: Uint8Array, start: number, end: number): ByteString =>
  unsafe(
    (Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    ).toString("latin1", start, end)
  )

/** All bytes of a stream. It holds them in memory, so the caller bounds them; fails as the stream fails. */
export const collect = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<ByteString, E, R> =>
  Stream.runFold(
    bytes,
    () => "",
    (text, chunk) => text + fromBytes(chunk)
  ).pipe(Effect.map(unsafe))

/** The bytes of a byte string, in an array of its own. */
export const toBytes = (value: ByteString): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(value.length)
  for (let index = 0; index < value.length; index++) bytes[index] = value.charCodeAt(index)
  return bytes
}

/** The text that the bytes encode, or `undefined` where they are not UTF-8. A byte order mark is kept. */
export const toText = (value: ByteString): string | undefined => {
  if (isAscii(value)) return value
  try {
    return utf8Decoder.decode(toBytes(value))
  } catch {
    return undefined
  }
}

/** The text for people to read: bytes that are not UTF-8 become U+FFFD. */
export const toTextLossy = (value: ByteString): string =>
  isAscii(value) ? value : lossyDecoder.decode(toBytes(value))

/** Characters that would end a line or control a terminal: C0, DEL and C1. */
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g

/** What a client sent, made safe for one line of an error: no control character, at most 128 bytes, always UTF-8. */
export const printable = (value: ByteString): string =>
  toTextLossy(unsafe(value.slice(0, 128)))
    .replace(/\ufffd+$/, "")
    .replaceAll("\ufffd", "?")
    .replace(controlCharacters, " ")

/** V8 copies a slice of a string up to this length; a longer slice is a view that keeps the whole string in memory. */
const longestCopied = 12

/** A copy of a slice, which does not keep the string that it was sliced from in memory. */
export const ownCopy = (value: ByteString): ByteString =>
  value.length <= longestCopied ? value : fromBytes(Buffer.from(value, "latin1"))
