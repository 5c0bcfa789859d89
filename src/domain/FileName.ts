/**
 * The name of a shared file: a key, never a path of the host. Only this file decides which names are valid; code that
 * takes a `FileName` does not check for `..` again. Whether a file exists, and where, is left to services/files.
 */
import { type Brand, type Order, Schema } from "effect"
import * as ByteString from "./ByteString.ts"

/** A path relative to the shared folder, safe by construction. */
export type FileName = string & Brand.Brand<"FileName">

/** A NUL, a backslash, or a part that is empty, `.` or `..`. */
const invalid = /[\0\\]|(?:^|\/)\.{0,2}(?:\/|$)/

const isFileName = (name: string): name is FileName => name.isWellFormed() && !invalid.test(name)

/**
 * A path relative to the shared folder with `/` between its parts. No part is empty, `.` or `..` (so no name begins or
 * ends with `/`), and it contains no NUL, no backslash and no lone surrogate.
 */
export const FileName = Schema.String.check(
  Schema.makeFilter(isFileName, { expected: "the name of a file inside the shared folder" })
).pipe(Schema.brand("FileName"))

/** `text` as a file's name, or `undefined` where it is not a valid one. */
export const fromText = (text: string): FileName | undefined =>
  isFileName(text) ? text : undefined

/** Bytes as a file's name, or `undefined` where they are not UTF-8 or not a valid name. */
export const fromByteString = (bytes: ByteString.ByteString): FileName | undefined => {
  const text = ByteString.toText(bytes)
  return text === undefined ? undefined : fromText(text)
}

/** The name of `part` inside `folder`, which is "" for the shared folder itself; `undefined` where it is not a valid name. */
export const join = (folder: string, part: string): FileName | undefined =>
  fromText(folder === "" ? part : `${folder}/${part}`)

/** The name of a folder: a `FileName` of which files are below, or "" for the shared folder itself. */
export type FolderName = FileName | ""

/** `text` as a folder's name, or `undefined` where it is not a valid one. */
export const folderFromText = (text: string): FolderName | undefined =>
  text === "" ? text : fromText(text)

/** The last part of a name: what it is called in its folder. */
export const lastPart = (name: FolderName): string => name.slice(name.lastIndexOf("/") + 1)

/**
 * Characters that are not seen and make a name look like another, or a line like two, as the body of a character class: line
 * separators, marks that change the direction of writing, and those without width, among them the byte order mark.
 */
export const unseen = String.raw`\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff`

/** A character as it is written in JSON, such as `\u202e`. */
export const inFour = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

const isUnseen = new RegExp(`[${unseen}]`)
const allUnseen = new RegExp(`[${unseen}]`, "g")

/** A name as people may see it: none can show itself as another by characters that are not seen. */
export const shownName = (name: string): string =>
  isUnseen.test(name) ? name.replace(allUnseen, inFour) : name

/** Whether any part of the name begins with a dot, as in `.git/config`. */
export const isHidden = (name: FolderName): boolean => name.startsWith(".") || name.includes("/.")

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
