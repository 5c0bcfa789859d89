/**
 * The name of a shared file: a key, never a path of the host. What may be a name is decided here and nowhere else;
 * no code behind this type looks for `..` again. Whether such a file exists, and where, is the store's affair.
 */
import { type Brand, type Order, Schema } from "effect"
import * as ByteString from "./ByteString.ts"

/** A path relative to the shared folder, safe by construction. */
export type FileName = string & Brand.Brand<"FileName">

/** A NUL, a backslash, or a part that is empty, `.` or `..`. */
const impossible = /[\0\\]|(?:^|\/)\.{0,2}(?:\/|$)/

const isFileName = (name: string): name is FileName => name.isWellFormed() && !impossible.test(name)

/**
 * A path relative to the shared folder with `/` between its parts. No part is empty, `.` or `..` (so none begins or
 * ends with `/`), and there is neither a NUL nor a backslash nor a lone surrogate in it.
 */
export const FileName = Schema.String.check(
  Schema.makeFilter(isFileName, { expected: "the name of a file inside the shared folder" })
).pipe(Schema.brand("FileName"))

/** The name in `text`, or `undefined` where no file could have it. */
export const fromText = (text: string): FileName | undefined =>
  isFileName(text) ? text : undefined

/** The name a word holds, or `undefined` where it is not UTF-8 or no file could have it. */
export const fromWord = (word: ByteString.ByteString): FileName | undefined => {
  const text = ByteString.toText(word)
  return text === undefined ? undefined : fromText(text)
}

/** The name inside a folder of the same store; `folder` is "" for the shared folder itself. */
export const join = (folder: string, part: string): FileName | undefined =>
  fromText(folder === "" ? part : `${folder}/${part}`)

/** Whether some part of the name begins with a dot, as in `.git/config`. */
export const isHidden = (name: FileName): boolean => name.startsWith(".") || name.includes("/.")

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

/**
 * Orders texts by their UTF-8 bytes. UTF-16 units, which JavaScript compares, order alike but for surrogates: they
 * stand for code points above U+FFFF and yet are smaller than the units U+E000 to U+FFFF.
 */
export const byBytes: Order.Order<string> = (self, that) => {
  if (self === that) return 0
  const shorter = Math.min(self.length, that.length)
  for (let index = 0; index < shorter; index++) {
    const left = self.charCodeAt(index)
    const right = that.charCodeAt(index)
    if (left !== right) {
      if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1
      return left < right ? -1 : 1
    }
  }
  return self.length < that.length ? -1 : 1
}
