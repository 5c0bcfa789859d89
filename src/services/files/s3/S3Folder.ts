/**
 * The entries of one folder of a bucket: the keys below its prefix, each up to the next `/`, as S3 lists them by a
 * delimiter. S3 sorts them as entries are sorted, and they come as they are asked for, a thousand a request.
 */
import { Cause, Effect, Stream } from "effect"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import { FileNotFound, type StoreUnavailable } from "../../../domain/Errors.ts"
import {
  byBytes,
  type FileName,
  type FolderName,
  fromText,
  isHidden
} from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import { entryKey, type FileStore, type FolderEntry } from "../FileStore.ts"
import { fileDetails, type FolderPage, type KeySelection, longestKey } from "./Bucket.ts"
import { beginAfter, pageSize } from "./S3Listing.ts"

/** Which keys are names, and how those of a folder are asked for. */
export interface FolderKeys {
  /** What stands before the name in every key: empty, or ending in `/`. */
  readonly prefix: string
  readonly hidden: boolean
  readonly page: (selection: KeySelection) => Effect.Effect<FolderPage, StoreUnavailable>
}

/** The entries of a page, sorted; keys that no file could have (`..`, `a//b`, a folder's mark `a/`) are left out. */
const entriesOf = (
  { hidden, prefix }: FolderKeys,
  { folders, objects }: FolderPage,
  after: string
): ReadonlyArray<FolderEntry> => {
  const nameOf = (key: ByteString.ByteString): FileName | undefined => {
    const name = fromText(ByteString.toText(key)?.slice(prefix.length) ?? "")
    return name === undefined || (isHidden(name) && !hidden) ? undefined : name
  }
  const found = [
    ...objects.map(({ key, ...details }): FolderEntry | undefined => {
      const name = nameOf(key)
      return name === undefined ? undefined : { kind: "file", name, ...fileDetails(details) }
    }),
    ...folders.map((key): FolderEntry | undefined => {
      const name = nameOf(ByteString.unsafe(key.slice(0, -1)))
      return name === undefined
        ? undefined
        : { kind: "folder", name, modified: undefined, id: name, isListedElsewhere: false }
    })
  ]
  return found
    .filter((entry) => entry !== undefined)
    .filter((entry) => byBytes(entryKey(entry), after) > 0)
    .sort((one, other) => byBytes(entryKey(one), entryKey(other)))
}

/** Where the next page begins: after the last key of this one, and where that is a folder's, after all that is in it. */
const nextAfter = ({ folders, objects }: FolderPage): string | undefined => {
  const toText = (key: ByteString.ByteString) => ByteString.toText(key)
  const object = objects.findLast(({ key }) => toText(key) !== undefined)?.key
  const folder = folders.findLast((key) => toText(key) !== undefined)
  // One character is one byte, so this compares bytes.
  if (folder !== undefined && (object === undefined || folder > object))
    return beginAfter(`${toText(folder) ?? ""}\u{10ffff}`)
  return object === undefined ? undefined : toText(object)
}

const isEmpty = ({ folders, objects }: FolderPage): boolean => folders.length + objects.length === 0

/** The entries of the folder of this name: `FileStore.folder` of a bucket. A folder is there while a key is below it. */
export const folderEntries = (keys: FolderKeys): FileStore["Service"]["folder"] =>
  Effect.fnUntraced(function* (name: FolderName, after: string = "") {
    const start = keys.prefix + (name === "" ? "" : `${name}/`)
    if ((isHidden(name) && !keys.hidden) || ByteString.fromText(start).length > longestKey)
      return yield* new FileNotFound()
    const ask = (from: string | undefined, limit = pageSize) =>
      keys.page({ prefix: start, after: from, limit })
    const first = yield* ask(after === "" ? undefined : beginAfter(keys.prefix + after))
    if (name !== "" && isEmpty(first) && (after === "" || isEmpty(yield* ask(undefined, 1))))
      return yield* new FileNotFound()
    return Stream.fromPull(
      Effect.sync(() => {
        let next: Effect.Effect<FolderPage, StoreUnavailable> | undefined = Effect.succeed(first)
        return Effect.gen(function* () {
          while (next !== undefined) {
            const page: FolderPage = yield* next
            const from = page.more ? nextAfter(page) : undefined
            next = from === undefined ? undefined : ask(from)
            const entries = entriesOf(keys, page, after)
            if (isReadonlyArrayNonEmpty(entries)) return entries
          }
          return yield* Cause.done()
        })
      })
    )
  })
