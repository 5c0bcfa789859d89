/**
 * What a mirror that follows knows, kept from one change to the next: the state file as it was last written, and what
 * happened since. Each change is added to the journal, so that the two files together say at any moment what this does;
 * the state file itself is written only after many changes, for it has a line for every file.
 */
import { Effect } from "effect"
import type { FileName } from "../../../domain/FileName.ts"
import type { Hashing } from "../../files/Hashing.ts"
import type { SaveFailed } from "../../files/Placement.ts"
import { type LocalEntry, type PlacedEntry, versionOf } from "../Entries.ts"
import { MirrorFolder } from "../MirrorFolder.ts"
import { type Known, readKnown, written } from "./Known.ts"
import * as NextState from "./NextState.ts"

/** So many changes are added to the journal before the state file is written: they are read in milliseconds. */
const mostChanges = 2000

/** What became of a name; `undefined` where there is no file any more. */
type Change = readonly [FileName, PlacedEntry | undefined]

/** What is known of a few files, and of all. */
export interface Memory {
  /** The versions of which the file of this name can be, as the mirror left it; none where it has no such file. */
  readonly of: (
    name: FileName
  ) => Effect.Effect<ReadonlyArray<PlacedEntry>, SaveFailed, MirrorFolder>
  /** All files but these, one after another. */
  readonly allBut: (
    names: ReadonlySet<FileName>
  ) => Effect.Effect<() => Iterable<readonly [FileName, PlacedEntry]>, SaveFailed, MirrorFolder>
  /** Takes what became of names, and writes it down. */
  readonly learn: (
    changes: ReadonlyArray<Change>
  ) => Effect.Effect<void, SaveFailed, MirrorFolder | Hashing>
  /** Forgets all of it, as where it was changed by somebody else; it is read again when it is asked for. */
  readonly forget: () => void
}

/** What the state file is to be; `local` is what stands at names of which several versions may be there. */
const contentsOf = (known: Known, local: ReadonlyMap<string, LocalEntry>): NextState.Contents => {
  const { file, journal } = known
  const settled = new Uint8Array(file.count).fill(1)
  const entries = new Map<FileName, PlacedEntry>()
  for (const [name, candidates] of journal) {
    const row = file.rowOf(name)
    if (row !== undefined) settled[row] = 0
    const entry = versionOf(candidates, local.get(name)) ?? candidates.at(-1)
    if (entry !== undefined) entries.set(name, entry)
  }
  return { file, settled, entries, added: { count: () => 0, entries: () => [] } }
}

/** Nothing is read yet. */
export const makeMemory = (): Memory => {
  let known: Known | undefined
  let changes = 0
  const recall = Effect.suspend(() =>
    known === undefined
      ? Effect.map(readKnown, (read) => {
          known = read
          changes = read.journal.size
          return read
        })
      : Effect.succeed(known)
  )
  const forget = () => {
    known = undefined
  }
  return {
    of: (name) =>
      Effect.map(recall, ({ file, journal }) => journal.get(name) ?? written(file, name)),
    allBut: (names) =>
      Effect.map(
        recall,
        ({ file, journal }) =>
          function* () {
            for (let row = 0; row < file.count; row++) {
              const name = file.nameAt(row)
              if (!names.has(name) && !journal.has(name)) yield [name, file.entryAt(row)] as const
            }
            for (const [name, candidates] of journal) {
              const last = candidates.at(-1)
              if (last !== undefined && !names.has(name)) yield [name, last] as const
            }
          }
      ),
    learn: Effect.fnUntraced(function* (some) {
      const folder = yield* MirrorFolder
      const now = yield* recall
      yield* folder.record(some)
      for (const [name, entry] of some) now.journal.set(name, entry === undefined ? [] : [entry])
      changes += some.length
      if (changes < mostChanges) return
      const unsure = [...now.journal].flatMap(([name, { length }]) => (length > 1 ? [name] : []))
      yield* NextState.write(contentsOf(now, yield* folder.inspect(unsure)))
      forget()
    }),
    forget
  }
}
