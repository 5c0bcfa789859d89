/** What a mirror remembers, read: its state file and its journal. */
import { Effect } from "effect"
import { MirrorFolder } from "../MirrorFolder.ts"
import * as State from "./State.ts"
import * as StateFile from "./StateFile.ts"

/** What is known of the files that the mirror brought. */
export interface Known {
  readonly file: StateFile.StateFile
  /** What happened since the state file was written. */
  readonly journal: State.State
  /** Whether the state has to be written though nothing is done: there was none, or there is a journal. */
  readonly isStateStale: boolean
  /** Whether a state file is there and is none: then all files are compared by their digests. */
  readonly isStateUnreadable: boolean
}

/** Reads it. */
export const readKnown = Effect.gen(function* () {
  const { journal, state } = yield* (yield* MirrorFolder).readState
  const decoded = state === undefined ? undefined : StateFile.decode(state)
  const known: Known = {
    file: decoded ?? StateFile.empty,
    journal: journal === undefined ? new Map() : State.addJournal(new Map(), journal),
    isStateUnreadable: state !== undefined && decoded === undefined,
    isStateStale: decoded === undefined || journal !== undefined
  }
  return known
})
