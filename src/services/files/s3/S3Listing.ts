/**
 * The names in a bucket: those of its keys below a prefix that are valid names of files. S3 lists keys sorted by their
 * UTF-8 bytes, which is the order of names, so a listing ends as soon as it has enough.
 */
import { Cause, Effect, Stream } from "effect"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import { byBytes, type FileName, fromText, isHidden } from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import type { FileEntry, Selection } from "../FileStore.ts"
import {
  fileDetails,
  type KeyPage,
  type KeySelection,
  type ListedObject,
  longestKey
} from "./Bucket.ts"

/** How many keys S3 lists in one answer, at most. */
export const pageSize = 1000

/** Some of the keys, sorted, each with what is listed of it. */
interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  /** Whether there are more. */
  readonly more: boolean
}

/** What is listed of a key, at least: the key itself. */
interface Keyed {
  readonly key: ByteString.ByteString
}

/** Which keys are listed, and how a page of them is requested. */
export interface Keys<Item extends Keyed, E> {
  /** The text before the name in every key: empty, or ending in `/`. */
  readonly prefix: string
  readonly hidden: boolean
  readonly page: (selection: KeySelection) => Effect.Effect<Page<Item>, E>
}

/** A page of keys alone. */
export const ofKeys = ({ keys, more }: KeyPage): Page<Keyed> => ({
  items: keys.map((key) => ({ key })),
  more
})

/** A name, and what is listed of its key. */
export interface Named<Item> {
  readonly name: FileName
  readonly item: Item
}

/** The key to list after, no longer than S3 allows; if it was cut, the caller must leave out the names that come before it. */
export const beginAfter = (key: string): string =>
  ByteString.fromText(key).length <= longestKey ? key : key.slice(0, longestKey / 4).toWellFormed()

/**
 * The names whose keys begin with `start` (a prefix of names), after the name `after`, sorted by their UTF-8 bytes.
 * Keys that are no valid names (`..`, `a//b`, a folder's marker `a/`) are left out.
 */
const namedFrom = <Item extends Keyed, E>(
  { hidden, page, prefix }: Keys<Item, E>,
  start: string,
  after: string | undefined,
  limit: number
): Stream.Stream<Named<Item>, E> =>
  Stream.fromPull(
    Effect.sync(() => {
      let from = after === undefined ? undefined : beginAfter(prefix + after)
      let more = true
      const namedOf = (item: Item): Named<Item> | undefined => {
        const key = ByteString.toText(item.key)
        const name =
          key?.startsWith(prefix) === true ? fromText(key.slice(prefix.length)) : undefined
        if (name === undefined || (isHidden(name) && !hidden)) return undefined
        return after === undefined || byBytes(name, after) > 0 ? { name, item } : undefined
      }
      return Effect.gen(function* () {
        while (more) {
          const found = yield* page({ prefix: prefix + start, after: from, limit })
          const last = found.items.findLast(({ key }) => ByteString.toText(key) !== undefined)
          // The next page is requested by key and not by S3's token, which another gateway may not know.
          from = last === undefined ? undefined : ByteString.toText(last.key)
          more = found.more && from !== undefined
          const named = found.items.map(namedOf).filter((found) => found !== undefined)
          if (isReadonlyArrayNonEmpty(named)) return named
        }
        return yield* Cause.done()
      })
    })
  )

/** All objects that are files, sorted by the UTF-8 bytes of their names; those of a page come together. */
export const allObjects = <E>(keys: Keys<ListedObject, E>): Stream.Stream<Named<ListedObject>, E> =>
  namedFrom(keys, "", undefined, pageSize)

/** All names. */
export const allNames = <E>(keys: Keys<Keyed, E>): Stream.Stream<FileName, E> =>
  Stream.map(namedFrom(keys, "", undefined, pageSize), ({ name }) => name)

/** The selected names, sorted. Requests only keys with the pattern's literal start, and no more than the limit needs. */
const selected = <Item extends Keyed, E>(
  keys: Keys<Item, E>,
  { after, limit, pattern }: Selection
): Stream.Stream<Named<Item>, E> => {
  if (limit === 0) return Stream.empty
  const start = pattern?.prefix ?? ""
  const size = pattern === undefined ? Math.min(limit ?? pageSize, pageSize) : pageSize
  return namedFrom(keys, start, after === "" ? undefined : after, size).pipe(
    Stream.filter(({ name }) => pattern === undefined || pattern.matches(name)),
    limit === undefined || limit === Number.POSITIVE_INFINITY
      ? (names) => names
      : Stream.take(limit)
  )
}

/** The selected names. */
export const selectedNames = <E>(
  keys: Keys<Keyed, E>,
  selection: Selection
): Effect.Effect<ReadonlyArray<FileName>, E> =>
  Stream.runCollect(Stream.map(selected(keys, selection), ({ name }) => name))

/** The selected files with their metadata, which S3 lists with their keys. */
export const selectedFiles = <E>(
  keys: Keys<ListedObject, E>,
  selection: Selection
): Effect.Effect<ReadonlyArray<FileEntry>, E> =>
  Stream.runCollect(
    Stream.map(selected(keys, selection), ({ item, name }): FileEntry => ({
      kind: "file",
      name,
      ...fileDetails(item)
    }))
  )
