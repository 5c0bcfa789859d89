/**
 * All files below a folder, with their details and without opening any: those that a listing has below it, and of a
 * folder that has no other name, those that it has by the first link to it. So it ends, whatever the links are, and is
 * the same each time.
 */
import { Effect, type Order, type Scope, Semaphore, Stream } from "effect"
import { type FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import { byBytes, type FolderName } from "../../domain/FileName.ts"
import type { FileStore, FolderEntry } from "../../services/files/FileStore.ts"
import { mergeRuns } from "./MergeRuns.ts"

/** A file as its folder tells of it. */
export type ListedFile = Extract<FolderEntry, { readonly kind: "file" }>

/** What all archives share, so that together they take neither more memory nor more of the processor than they may. */
export interface Quota {
  /** A permit for each archive whose files may be listed and laid out at a time. */
  readonly layouts: Semaphore.Semaphore
  /** Takes room for so many more files; whether there was any. */
  readonly take: (count: number) => boolean
  readonly give: (count: number) => void
  /** Whether one more archive may read ahead as it is sent, until the scope closes. */
  readonly readAhead: Effect.Effect<boolean, never, Scope.Scope>
}

const byName: Order.Order<ListedFile> = (self, that) => byBytes(self.name, that.name)

/**
 * How many archives are laid out at a time: it takes the processor alone, so that more would only wait for each other. Of
 * 20,000 files each, three hundred at once held the event loop for a quarter of a second, and whoever asked PING then
 * waited for all of them.
 */
const mostLayouts = 2

/** How many archives read ahead at a time: the second buffer of each takes up to half a MiB. */
const mostAhead = 16

/** Room for `most` files. */
export const makeQuota = (most: number): Quota => {
  let taken = 0
  let ahead = 0
  return {
    layouts: Semaphore.makeUnsafe(mostLayouts),
    take: (count) => {
      if (taken + count > most) return false
      taken += count
      return true
    },
    give: (count) => {
      taken -= count
    },
    readAhead: Effect.acquireRelease(
      Effect.sync(() => {
        if (ahead === mostAhead) return false
        ahead += 1
        return true
      }),
      (isAhead) =>
        Effect.sync(() => {
          if (isAhead) ahead -= 1
        })
    )
  }
}

const tooMany = new StoreUnavailable({ cause: new Error("too many files in archives at once") })

/**
 * The files, sorted by the bytes of their names. They count against `quota` until the scope closes; where there is no
 * room for them, it fails as a store does that cannot answer now.
 */
export const filesBelow = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  folder: FolderName,
  quota: Quota
): Effect.fn.Return<ReadonlyArray<ListedFile>, FileNotFound | StoreUnavailable, Scope.Scope> {
  let taken = 0
  yield* Effect.addFinalizer(() => Effect.sync(() => quota.give(taken)))
  const runs: Array<ReadonlyArray<ListedFile>> = []
  const seen = new Set<string>()
  const folders: Array<FolderName> = []

  const take = (files: Array<ListedFile>) => (entries: ReadonlyArray<FolderEntry>) => {
    for (const entry of entries) {
      if (entry.kind === "file") {
        if (!quota.take(1)) return Effect.fail(tooMany)
        taken += 1
        files.push(entry)
      } else if (!entry.isListedElsewhere && !seen.has(entry.id)) {
        seen.add(entry.id)
        folders.push(entry.name)
      }
    }
    return Effect.void
  }

  /** What is in a folder comes sorted. */
  const enter = (name: FolderName) =>
    Effect.scoped(
      Effect.gen(function* () {
        const files: Array<ListedFile> = []
        yield* Stream.runForEachArray(yield* store.folder(name), take(files))
        if (files.length > 0) runs.push(files)
      })
    )

  yield* enter(folder)
  for (let name = folders.pop(); name !== undefined; name = folders.pop()) {
    // One that vanishes meanwhile has nothing in it.
    yield* Effect.catchTag(enter(name), "FileNotFound", () => Effect.void)
  }
  return yield* mergeRuns(runs, byName)
})
