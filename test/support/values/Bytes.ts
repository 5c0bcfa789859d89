/** Bytes as latin1 text, one character a byte, and the ways to cut them. */
import * as Parser from "../../../src/commands/Parser.ts"
import type { Command } from "../../../src/commands/Command.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"

/** The bytes of a latin1 string. */
export const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1")

/** Text as it travels: UTF-8, one character a byte. */
export const onWire = (text: string): string => ByteString.fromText(text)

/** Args as clients send them: an array of bulk strings. */
export const framed = (words: ReadonlyArray<string>): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`

/** Texts as clients send them, in UTF-8. */
export const request = (...words: ReadonlyArray<string>): string => framed(words.map(onWire))

/** A command as clients send it. */
export const sent = (command: Command): string => framed(Parser.print(command))

/** A bulk string, as a reply. */
export const bulk = (text: string): string => `$${onWire(text).length}\r\n${onWire(text)}\r\n`

/** The pieces between the cuts; places beyond the end cut nothing. */
export const cutAt = (
  bytes: Uint8Array,
  places: ReadonlyArray<number>
): ReadonlyArray<Uint8Array> => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1))), bytes.length].sort(
    (a, b) => a - b
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

/** So many bytes a piece. */
export const inPieces = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size)
  )

/** One byte a piece. */
export const byteByByte = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => inPieces(bytes, 1)
