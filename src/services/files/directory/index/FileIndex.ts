/**
 * Lists, counts and picks the files of a shared folder, sorted by the bytes of their names, which are kept in memory
 * (Folders). The time for a page depends on its length only, not on where it begins. How the event loop turns meanwhile:
 * IndexVisits.
 */
import { Cause, Clock, Effect, Result, type Scope, Stream } from "effect"
import { chunksOf, isReadonlyArrayNonEmpty, type NonEmptyReadonlyArray } from "effect/Array"
import type { FileName } from "../../../../domain/FileName.ts"
import {
  countNow,
  type FileStore,
  listFilesBy,
  rememberCount,
  type Selection
} from "../../FileStore.ts"
import { makeDirectoryEntries } from "../DirectoryEntries.ts"
import type { LogOnce } from "../LogOnce.ts"
import { makeInOwnTurn } from "../OwnTurn.ts"
import type { SharedFolder } from "../SharedFolder.ts"
import { makeFolderReader } from "./FolderReader.ts"
import { type Counted, makeFolders } from "./Folders.ts"
import { asName } from "./FolderNames.ts"
import { makeIndexVisits, unavailable } from "./IndexVisits.ts"
import { everything, type Run, wholeFolder } from "./IndexWalk.ts"
import { entriesOf } from "./ListedEntries.ts"
import { makeReadThread } from "./ReadThread.ts"

/** The questions of a store that the index answers. */
export type FileIndex = Pick<
  FileStore["Service"],
  "names" | "count" | "knownCount" | "pick" | "list" | "listFiles" | "folder" | "folderKeys"
>

/** How many names are decoded between two readings of the clock, and how many `names` emits at a time: about 100 µs. */
const batchSize = 1024

/** How many files are looked at in a turn of the event loop: about 2 ms, or 10 ms where each of them is a link. */
const describedAtOnce = 512

/** How many names are matched between two readings of the clock: with the costliest pattern, 20 µs each. */
const matchedAtOnce = 64

const namesOf = ({ from, names, prefix, to }: Run): ReadonlyArray<FileName> =>
  names.keysBehind(prefix, from, to, asName)

/** The index of a shared folder, of at most `capacity` bytes; with 0, every folder is read at each question, by a thread. */
export const makeFileIndex = Effect.fnUntraced(function* (
  folder: SharedFolder,
  capacity: number,
  stats: Counted,
  log: LogOnce
): Effect.fn.Return<FileIndex, never, Scope.Scope> {
  const reader = makeFolderReader(folder, log, yield* makeReadThread, capacity > 0)
  const folders = makeFolders(reader, capacity, stats)
  const { beginVisit, visit } = makeIndexVisits(folder, folders, yield* Clock.Clock, log)

  const list = ({ after = "", limit = Number.POSITIVE_INFINITY, pattern }: Selection) =>
    Effect.suspend(() => {
      const found: Array<FileName> = []
      const take = (run: Run): boolean => {
        for (const name of namesOf(run)) {
          if (found.length >= limit) break
          if (pattern === undefined || pattern.matches(name)) found.push(name)
        }
        return found.length >= limit
      }
      return Effect.as(
        visit(
          { after, prefix: pattern?.prefix ?? "" },
          take,
          pattern === undefined ? Math.max(1, Math.min(limit, batchSize)) : matchedAtOnce
        ),
        found
      )
    })

  const count = Effect.suspend(() => {
    let total = 0
    const take = ({ from, to }: Run): boolean => {
      total += to - from
      return false
    }
    return Effect.map(visit(everything, take, wholeFolder), () => total)
  })

  const pick = (draw: () => number) =>
    Effect.suspend(() => {
      let seen = 0
      let picked: Run | undefined
      const take = (run: Run): boolean => {
        const length = run.to - run.from
        seen += length
        // Reservoir sampling by runs: this one replaces the picked one with probability length / seen.
        if (draw() * seen < length) {
          const from = run.from + Math.floor(draw() * length)
          picked = { ...run, from, to: from + 1 }
        }
        return false
      }
      return Effect.map(visit(everything, take, wholeFolder), () =>
        picked === undefined ? undefined : namesOf(picked)[0]
      )
    })

  const names = Stream.unwrap(
    Effect.gen(function* () {
      const goOn = yield* beginVisit(everything, batchSize)
      const next = Effect.suspend(() => {
        const batch: Array<FileName> = []
        const take = (run: Run): boolean => {
          for (const name of namesOf(run)) batch.push(name)
          return batch.length >= batchSize
        }
        return Effect.flatMap(
          // The consumer works on each batch too, so one batch is enough for a turn of the event loop.
          Effect.andThen(Effect.yieldNow, goOn(take)),
          (): Effect.Effect<NonEmptyReadonlyArray<FileName>, Cause.Done> =>
            isReadonlyArrayNonEmpty(batch) ? Effect.succeed(batch) : Cause.done()
        )
      })
      return Stream.ensuring(Stream.fromPull(Effect.succeed(next)), log.flush)
    })
  )

  const inOwnTurn = makeInOwnTurn()

  const filesOf = (names: ReadonlyArray<FileName>) =>
    Effect.forEach(chunksOf(names, describedAtOnce), (some) =>
      Effect.flatMap(
        inOwnTurn(() => Result.try({ try: () => entriesOf(folder, some), catch: unavailable })),
        Effect.fromResult
      )
    ).pipe(Effect.map((entries) => entries.flat()))

  return {
    names,
    // Without an index a count reads every folder.
    ...(capacity > 0 ? { count, knownCount: countNow(count) } : rememberCount(count)),
    pick,
    list,
    listFiles: listFilesBy(list, filesOf),
    ...makeDirectoryEntries(folder, folders, log, inOwnTurn)
  }
})
