/** What a mirror remembers, read: its state file and its journal. */
import { Effect } from "effect"
import type { FileName } from "../../../domain/FileName.ts"
import type { PlacedEntry } from "../Entries.ts"
import { MirrorFolder } from "../MirrorFolder.ts"
import * as State from "./State.ts"
import * as StateFile from "./StateFile.ts"

/** What is known of the files that the mirror brought. */
export interface Known {
  readonly file: StateFile.StateFile
  /**
   * What happened since the state file was written, behind what that says of the same names: a run that broke off may have
   * written down a version that it did not put in its place.
   */
  readonly journal: State.State
  /** Whether the state has to be written though nothing is done: there was none, or there is a journal. */
  readonly isStateStale: boolean
  /** Whether a state file is there and is none: then all files are compared by their digests. */
  readonly isStateUnreadable: boolean
}

/** What the state file says of a name. */
export const written = (file: StateFile.StateFile, name: FileName): ReadonlyArray<PlacedEntry> => {
  const row = file.rowOf(name)
  return row === undefined ? [] : [file.entryAt(row)]
}

/** Reads it. */
export const readKnown = Effect.gen(function* () {
  const { journal, state } = yield* (yield* MirrorFolder).readState
  const decoded = state === undefined ? undefined : StateFile.decode(state)
  const file = decoded ?? StateFile.empty
  const known: Known = {
    file,
    journal: State.addJournal(new Map(), journal ?? "", (name) => written(file, name)),
    isStateUnreadable: state !== undefined && decoded === undefined,
    isStateStale: decoded === undefined || journal !== undefined
  }
  return known
})
