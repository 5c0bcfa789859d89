/**
 * All files below a folder, with their details and without opening any: those that a listing has below it, and of a
 * folder that has no other name, those that it has by the first link to it. So it ends, whatever the links are, and is
 * the same each time.
 */
import { Effect, type Scope, Stream } from "effect"
import { type FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import type { FolderName } from "../../domain/FileName.ts"
import type { FileStore, FolderEntry } from "../../services/files/FileStore.ts"
import type { FilePacker } from "./PackedFiles.ts"
import type { Quota } from "./Quota.ts"

/** A folder below which files are. */
interface Folder {
  readonly name: FolderName
  /** The place, among the files of the folder around it, that what is in it comes before. */
  readonly place: number
  /** Its own files: those from one place to another, that one not included. */
  from: number
  to: number
  /** What is in it, sorted. */
  readonly folders: Array<Folder>
}

const makeFolder = (name: FolderName, place: number): Folder => ({
  name,
  place,
  from: place,
  to: place,
  folders: []
})

/** The places of files that follow each other in the order of the bytes of their names; they may be none. */
type Range = readonly [from: number, to: number]

/** All files in a folder and below it: what is in a folder comes where its name, with a `/`, is among those around it. */
const inOrder = function* (root: Folder): Generator<Range> {
  const path = [{ folder: root, next: root.from, entered: 0 }]
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const { folder, next } = last
    const inside = folder.folders[last.entered]
    last.next = inside?.place ?? folder.to
    yield [next, last.next]
    last.entered += 1
    if (inside === undefined) path.pop()
    else path.push({ folder: inside, next: inside.from, entered: 0 })
  }
}

/** Ranges that are gone through before others have their turn: about 1 ms. */
const rangesAtOnce = 4096

/** The places of so many files, in the order of the bytes of their names. */
const orderOf = Effect.fnUntraced(function* (root: Folder, count: number) {
  const order = new Uint32Array(count)
  let index = 0
  let ranges = 0
  for (const [from, to] of inOrder(root)) {
    for (let place = from; place < to; place++) order[index++] = place
    if (++ranges % rangesAtOnce === 0) yield* Effect.yieldNow
  }
  return order
})

const tooMany = new StoreUnavailable({ cause: new Error("too many files in archives at once") })

/**
 * Adds the files to `files`, folder by folder, and tells their order by the bytes of their names. They and the folders
 * that they are in count against `quota` until the scope closes; where there is no room for them, it fails as a store
 * does that cannot answer now.
 */
export const filesBelow = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  folder: FolderName,
  quota: Quota,
  files: FilePacker
): Effect.fn.Return<Uint32Array, FileNotFound | StoreUnavailable, Scope.Scope> {
  let taken = 0
  yield* Effect.addFinalizer(() => Effect.sync(() => quota.give(taken)))
  const seen = new Set<string>()
  const root = makeFolder(folder, 0)
  const waiting: Array<Folder> = []

  const take = (into: Folder) => (entries: ReadonlyArray<FolderEntry>) => {
    for (const entry of entries) {
      if (entry.kind === "folder" && (entry.isListedElsewhere || seen.has(entry.id))) continue
      if (!quota.take(1)) return Effect.fail(tooMany)
      taken += 1
      if (entry.kind === "file") files.add(entry)
      else {
        seen.add(entry.id)
        into.folders.push(makeFolder(entry.name, files.count()))
      }
    }
    return Effect.void
  }

  /** What is in a folder comes sorted. */
  const enter = (inside: Folder) =>
    Effect.scoped(
      Effect.gen(function* () {
        const entries = yield* store.folder(inside.name)
        files.enter(inside.name)
        inside.from = files.count()
        yield* Stream.runForEachArray(entries, take(inside))
        inside.to = files.count()
        for (const below of inside.folders) waiting.push(below)
      })
    )

  yield* enter(root)
  for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
    // One that vanishes meanwhile has nothing in it.
    yield* Effect.catchTag(enter(inside), "FileNotFound", () => Effect.void)
  }
  return yield* orderOf(root, files.count())
})
