/**
 * The names in a bucket: those of its keys below a prefix that are valid names of files. S3 lists keys sorted by their
 * UTF-8 bytes, which is the order of names, so a listing ends as soon as it has enough.
 */
import { Cause, Effect, Stream } from "effect"
import { byBytes, type FileName, fromText, isHidden } from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import type { Selection } from "../FileStore.ts"
import { type KeyPage, type KeySelection, longestKey } from "./Bucket.ts"

/** How many keys S3 lists in one answer, at most. */
export const pageSize = 1000

/** Which keys are listed, and how a page of them is requested. */
export interface Keys<E> {
  /** The text before the name in every key: empty, or ending in `/`. */
  readonly prefix: string
  readonly hidden: boolean
  readonly page: (selection: KeySelection) => Effect.Effect<KeyPage, E>
}

/** The key to list after, no longer than S3 allows; if it was cut, the caller must leave out the names that come before it. */
export const beginAfter = (key: string): string =>
  ByteString.fromText(key).length <= longestKey ? key : key.slice(0, longestKey / 4).toWellFormed()

/**
 * The names whose keys begin with `start` (a prefix of names), after the name `after`, sorted by their UTF-8 bytes.
 * Keys that are no valid names (`..`, `a//b`, a folder's marker `a/`) are left out.
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
          // The next page is requested by key and not by S3's token, which another gateway may not know.
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

/** All names. */
export const allNames = <E>(keys: Keys<E>): Stream.Stream<FileName, E> =>
  namesFrom(keys, "", undefined, pageSize)

/** The selected names, sorted. Requests only keys with the pattern's literal start, and no more than the limit needs. */
export const selectedNames = <E>(
  keys: Keys<E>,
  { after, limit, pattern }: Selection
): Effect.Effect<ReadonlyArray<FileName>, E> => {
  if (limit === 0) return Effect.succeed([])
  const start = pattern?.prefix ?? ""
  const size = pattern === undefined ? Math.min(limit ?? pageSize, pageSize) : pageSize
  return namesFrom(keys, start, after === "" ? undefined : after, size).pipe(
    Stream.filter((name) => pattern === undefined || pattern.matches(name)),
    limit === undefined ? (names) => names : Stream.take(limit),
    Stream.runCollect
  )
}
