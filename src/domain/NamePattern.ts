/**
 * A pattern as a store of files needs it: which names match, and what all of them begin with, so that nothing else is
 * looked at. What patterns mean: Pattern and RedisGlob.
 */
import { Glob } from "effect"
import * as ByteString from "./ByteString.ts"
import type { FileName } from "./FileName.ts"
import * as RedisGlob from "./RedisGlob.ts"

/** Which names are wanted. */
export interface NamePattern {
  /** What every name that matches begins with. */
  readonly prefix: string
  readonly matches: (name: FileName) => boolean
}

/** The text before the first character with a meaning of its own; `\\` takes the next character as it is. */
const literalStart = (pattern: string): string =>
  (/^(?:[^\\*?[\]{}()!+@|]|\\.)*/s.exec(pattern)?.[0] ?? "").replace(/\\(.)/gs, "$1")

/**
 * The part of a path before its first part that is empty or a dot: a Glob passes over these, so `a//b` and `./a` match
 * `a/b` and `a`. The last part may go on behind what is literal.
 */
const beforeEmptyParts = (start: string): string => {
  const parts = start.split("/")
  const empty = parts.findIndex(
    (part, index) => index < parts.length - 1 && (part === "" || part === ".")
  )
  return empty === -1
    ? start
    : parts
        .slice(0, empty)
        .map((part) => `${part}/`)
        .join("")
}

/** The names that match a pattern made by Pattern. */
export const fromGlob = (glob: Glob.Glob): NamePattern => ({
  prefix: beforeEmptyParts(literalStart(glob.pattern)),
  matches: (name) => Glob.match(glob, name)
})

/** The longest beginning of these bytes that is text. */
const textAt = (bytes: ByteString.ByteString): string => {
  for (let length = bytes.length; length > 0; length--) {
    const text = ByteString.toText(ByteString.unsafe(bytes.slice(0, length)))
    if (text !== undefined) return text
  }
  return ""
}

/** The names whose bytes match a pattern of Redis. */
export const fromRedisGlob = (glob: RedisGlob.RedisGlob): NamePattern => ({
  prefix: textAt(glob.prefix),
  matches: (name) => RedisGlob.match(glob, ByteString.fromText(name))
})
