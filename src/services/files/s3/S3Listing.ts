/**
 * The names in a bucket: its keys below a prefix, as far as they are names of files. S3 lists keys sorted by their
 * UTF-8 bytes, which is the order of names, so a list ends as soon as it is full.
 */
import { Cause, Effect, Glob, Stream } from "effect"
import { byBytes, type FileName, fromText, isHidden } from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import type { Selection } from "../FileStore.ts"
import { type KeyPage, type KeySelection, longestKey } from "./Bucket.ts"

/** S3's own limit. */
export const pageSize = 1000

/** Which keys are names, and how they are asked for. */
export interface Keys<E> {
  /** What stands before the name in every key: empty, or ending in `/`. */
  readonly prefix: string
  readonly hidden: boolean
  readonly page: (selection: KeySelection) => Effect.Effect<KeyPage, E>
}

/** What every match of the pattern begins with. */
const literalStart = (pattern: string): string => /^[^\\*?[\]{}()!+@|]*/.exec(pattern)?.[0] ?? ""

/** A key to begin after, no longer than S3 takes; where it had to be cut, what comes too early is left out by us. */
export const beginAfter = (key: string): string =>
  ByteString.fromText(key).length <= longestKey ? key : key.slice(0, longestKey / 4).toWellFormed()

/**
 * The names whose keys begin with `start` (a prefix of names), after the name `after`, sorted by their UTF-8 bytes.
 * Keys that no file could have (`..`, `a//b`, a folder's mark `a/`) are left out.
 */
const namesFrom = <E>(
  { hidden, page, prefix }: Keys<E>,
  start: string,
  after: string | undefined,
  limit: number
): Stream.Stream<FileName, E> =>
  Stream.fromPull(
    Effect.sync(() => {
      let from = after === undefined ? undefined : beginAfter(prefix + after)
      let more = true
      const nameOf = (key: string | undefined): FileName | undefined =>
        key?.startsWith(prefix) === true ? fromText(key.slice(prefix.length)) : undefined
      return Effect.gen(function* () {
        while (more) {
          const found = yield* page({ prefix: prefix + start, after: from, limit })
          const keys = found.keys.map(ByteString.toText)
          // The next page is asked for by the last key of this one, not by S3's token: a key is the same everywhere.
          from = keys.findLast((key) => key !== undefined)
          more = found.more && from !== undefined
          const [first, ...others] = keys
            .map(nameOf)
            .filter((name) => name !== undefined)
            .filter(
              (name) =>
                (hidden || !isHidden(name)) && (after === undefined || byBytes(name, after) > 0)
            )
          if (first !== undefined) return [first, ...others] as const
        }
        return yield* Cause.done()
      })
    })
  )

/** Every name. */
export const allNames = <E>(keys: Keys<E>): Stream.Stream<FileName, E> =>
  namesFrom(keys, "", undefined, pageSize)

/** The selected names, sorted. Only what can match is asked for, and no more of it than is wanted. */
export const selectedNames = <E>(
  keys: Keys<E>,
  { after, limit, pattern }: Selection
): Effect.Effect<ReadonlyArray<FileName>, E> => {
  if (limit === 0) return Effect.succeed([])
  const start = pattern === undefined ? "" : literalStart(pattern.pattern)
  const size = pattern === undefined ? Math.min(limit ?? pageSize, pageSize) : pageSize
  return namesFrom(keys, start, after === "" ? undefined : after, size).pipe(
    Stream.filter((name) => pattern === undefined || Glob.match(pattern, name)),
    limit === undefined ? (names) => names : Stream.take(limit),
    Stream.runCollect
  )
}
