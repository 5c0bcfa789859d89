/**
 * The names of part files: hashes of the target's name and of its version, so that a later run finds its own; before them
 * the beginning of the target's name, for people. Who owns a part file: PartFiles.
 */
import { Effect } from "effect"

/** The name of a part file, parsed. */
export interface PartName {
  /** The name itself. */
  readonly file: string
  /** The beginning of the target's name; "" where an earlier version of the program gave the name. */
  readonly prefix: string
  /** The `shortHash` of the target's name. */
  readonly target: string
  readonly version: string
  /** Whether its owner has released it. */
  readonly isReleased: boolean
}

/** 16 hexadecimal digits of SHA-256: few enough for a name of at most 255 bytes, enough to be unique in a folder. */
export const shortHash = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (digest) => Buffer.from(digest, 0, 8).toString("hex")
  )

/** How much of its target's name a part file's begins with, in bytes: with the rest it has at most 255. */
const maxPrefix = 180

/** The beginning of a name, so that a person sees which file a part file is of; of whole characters. */
const prefixOf = (name: string): string => {
  let prefix = ""
  for (const character of name) {
    if (Buffer.byteLength(prefix + character) > maxPrefix) break
    prefix += character
  }
  return prefix
}

/** The name of a part file of this name; `target` and `version` are the `shortHash` of each, `unique` hexadecimal digits. */
export const format = (name: string, target: string, version: string, unique: string): string =>
  `.${prefixOf(name)}.${target}.${version}.${unique}.part`

/** The path that the owner gives a part file when it releases it. */
export const released = (path: string): string => path.replace(/\.part$/, ".left.part")

/** What a file's name says; `undefined` where it is no part file's. */
export const parse = (file: string): PartName | undefined => {
  const [, prefix = "", target, version, left] =
    /^\.(?:(.+)\.)?([0-9a-f]{16})\.([0-9a-f]{16})\.[0-9a-f]+(\.left)?\.part$/s.exec(file) ?? []
  return target === undefined || version === undefined
    ? undefined
    : { file, prefix, target, version, isReleased: left !== undefined }
}
