/** The folder that a mirror keeps up to date, as a service. Implemented by client/node/mirror; no link in it is followed. */
import { Context, Data, type Effect } from "effect"
import type { FileName } from "../../domain/FileName.ts"
import type { SaveFailed } from "../files/Placement.ts"
import type { LocalEntry, PlacedEntry } from "./Entries.ts"
import type { StateFile } from "./state/StateFile.ts"

/** Another mirror on this machine is at work in the folder. */
export class MirrorBusy extends Data.TaggedError("MirrorBusy")<{ readonly folder: string }> {}

/** A file that was received, or copied, into the state folder. */
export interface StagedFile {
  readonly name: FileName
  /** Where it is. */
  readonly path: string
  /** What it will be known as. */
  readonly entry: PlacedEntry
  /** What the plan found at its name. */
  readonly seen: LocalEntry | undefined
  /** Whether it is on disk already. */
  readonly isSynced: boolean
}

/** The bytes of a small file, for `stage`. */
export interface ReceivedFile {
  readonly bytes: ReadonlyArray<Uint8Array>
  /** In milliseconds since 1970. */
  readonly modified: number
}

/** What came of one name: done, or left alone because somebody changed it meanwhile, or failed by the system. */
export type Outcome =
  | { readonly _tag: "Done" }
  | { readonly _tag: "ChangedMeanwhile" }
  | { readonly _tag: "Failed"; readonly cause: unknown }

/** What stands in the folder at the names of a state file. */
export interface Comparison {
  /** A byte for each row: 1 where a file of its size and time is, else 0. */
  readonly same: Uint8Array
  /** What stands at the other names. */
  readonly others: ReadonlyMap<string, LocalEntry>
}

/** The folder of a mirror. */
export class MirrorFolder extends Context.Service<
  MirrorFolder,
  {
    /** Its real path. */
    readonly path: string
    /** The state file and the text of the journal; `undefined` for one that is not there. */
    readonly readState: Effect.Effect<
      { readonly state: Uint8Array | undefined; readonly journal: string | undefined },
      SaveFailed
    >
    /** Makes the state folder, and the place in it for files that are not whole yet. */
    readonly begin: Effect.Effect<void, SaveFailed>
    /** What stands at these names. */
    readonly inspect: (
      names: Iterable<string>
    ) => Effect.Effect<ReadonlyMap<string, LocalEntry>, SaveFailed>
    /** Looks at the files of a state file. */
    readonly compare: (state: StateFile) => Effect.Effect<Comparison, SaveFailed>
    /** The names of all regular files in it, those of the state folder left out. */
    readonly names: Effect.Effect<ReadonlyArray<FileName>, SaveFailed>
    /**
     * The names below a folder of everything that is no folder, links among them, and of the folders with nothing in them;
     * its own where nothing is in it. It is gone once all of these are.
     */
    readonly leavesOf: (folder: FileName) => Effect.Effect<ReadonlyArray<string>, SaveFailed>
    /** The path of a name, for hashing what is there. */
    readonly pathOf: (name: FileName) => string
    /** The path under which a large file is received, the same in each run, so that it can be resumed. */
    readonly partOf: (name: FileName) => string
    /** Writes small files into the state folder; gives their paths. */
    readonly stage: (
      files: ReadonlyArray<ReceivedFile>
    ) => Effect.Effect<ReadonlyArray<string>, SaveFailed>
    /** Copies a file of the folder into the state folder; gives the copy's path. */
    readonly stageCopy: (from: FileName, modified: number) => Effect.Effect<string, SaveFailed>
    /**
     * Puts staged files in their places: syncs them, writes the journal, and renames each, unless what stands at its name
     * is not what was seen there.
     */
    readonly place: (
      files: ReadonlyArray<StagedFile>
    ) => Effect.Effect<ReadonlyArray<Outcome>, SaveFailed>
    /** Has the names of all that was placed and removed so far on disk. */
    readonly syncNames: Effect.Effect<void, SaveFailed>
    /** Sets the time of a file that has the right bytes already. */
    readonly setTime: (
      name: FileName,
      seen: LocalEntry | undefined,
      modified: number
    ) => Effect.Effect<Outcome>
    /** Removes a file that is still as it was seen, if it was, and the folders of its name that are empty then. */
    readonly remove: (name: FileName, seen: LocalEntry | undefined) => Effect.Effect<Outcome>
    /** Keeps a copy of a file in the backup folder, under its name; beside an earlier copy under a name of its own; on disk when it is done. */
    readonly backUp: (name: FileName, folder: string) => Effect.Effect<void, SaveFailed>
    /**
     * Makes all that was placed last, and adds to the journal what is known of these names by now; `undefined` of one of
     * which there is no file any more. It is there after the program was killed, though not after the machine was.
     */
    readonly record: (
      lines: ReadonlyArray<readonly [FileName, PlacedEntry | undefined]>
    ) => Effect.Effect<void, SaveFailed>
    /** Makes all that was placed last, and then writes the state file and removes the journal. */
    readonly writeState: (content: Iterable<Uint8Array>) => Effect.Effect<void, SaveFailed>
    /** Removes what is left in the state folder of files that were not finished. */
    readonly removeParts: Effect.Effect<void>
  }
>()("sockets/client/MirrorFolder") {}
