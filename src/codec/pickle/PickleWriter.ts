/**
 * Writes pickles: text, None, lists, tuples of two, and bytes, which the caller sends between a head and a tail. Values
 * are written as latin1, one character a byte, without a memo, which no reader needs.
 *
 * They are of protocol 3, which every Python 3 reads; below it, bytes need GLOBAL and REDUCE. A byte string of 4 GiB or
 * more needs BINBYTES8, which came with protocol 4 (Python 3.4), so such a pickle says that it is one of those.
 */
import * as ByteString from "../../domain/ByteString.ts"

/** One value as it is written, without the beginning and the end of a pickle around it. */
export type Written = string

/** The longest byte string, in bytes, whose length fits in four bytes. */
const longestWithFourBytes = 2 ** 32 - 1

const number = (value: number, width: 4 | 8): string => {
  const bytes: Array<number> = []
  for (let rest = value; bytes.length < width; rest = Math.floor(rest / 256)) bytes.push(rest % 256)
  return String.fromCharCode(...bytes)
}

/** NONE */
export const none: Written = "N"

/** BINUNICODE. Bytes that are not UTF-8 become U+FFFD: Python would fail on them. */
export const text = (value: ByteString.ByteString): Written => {
  const utf8 = ByteString.fromText(ByteString.toTextLossy(value))
  return `X${number(utf8.length, 4)}${utf8}`
}

/** EMPTY_LIST MARK, before the items of a list that has some. */
export const listStart = "]("

/** APPENDS, after them. */
export const listEnd = "e"

/** EMPTY_LIST, or one with items. */
export const list = (items: ReadonlyArray<Written>): Written =>
  items.length === 0 ? "]" : listStart + items.join("") + listEnd

/** … TUPLE2 */
export const pair = (first: Written, second: Written): Written => `${first}${second}${pairEnd}`

/** TUPLE2, after the second item of a pair that was sent by itself. */
export const pairEnd = "\x86"

/** BINBYTES or BINBYTES8, up to where the bytes themselves begin. */
export const bytesStart = (size: number): Written =>
  size > longestWithFourBytes ? `\x8e${number(size, 8)}` : `B${number(size, 4)}`

/** PROTO, with the lowest protocol that the pickle needs; `size` is that of its byte string, in bytes. */
export const start = (size = 0): string => (size > longestWithFourBytes ? "\x80\x04" : "\x80\x03")

/** STOP */
export const end = "."

/** A whole pickle. */
export const whole = (value: Written): string => start() + value + end
