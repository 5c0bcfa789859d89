/** Part files: downloads that are not whole yet, each in a file beside its target. Implemented by client/node. */
import { Context, Data, type Effect, type Scope } from "effect"
import type { SaveFailed } from "./Placement.ts"
import type { Arrival, NotPreserved } from "./placing/WholeFile.ts"

/** A part file could not be made, written or put in place. */
export class PartFailed extends Data.TaggedError("PartFailed")<{
  readonly cause: unknown
  /** Whether another process has taken it over. */
  readonly isTakenOver: boolean
}> {}

/** A part file that belongs to one download. */
export interface PartFile {
  readonly path: string
  /** How many bytes an earlier run had received. */
  readonly size: number
  /**
   * Writes chunks, one after another, at a position, in bytes, never just at the end: where two processes come to write one file, as after one was
   * suspended for long, both write the same bytes of the same version to the same positions.
   */
  readonly write: (
    chunks: ReadonlyArray<Uint8Array>,
    position: number
  ) => Effect.Effect<void, PartFailed>
  /**
   * Syncs it, sets its time, renames it to its place and syncs the folder, which has its name. Fails with `PartFailed` where it is not exactly as long as the
   * file, or was taken over. Gives what the file system does not support of this.
   */
  readonly commit: (arrival: Arrival) => Effect.Effect<ReadonlyArray<NotPreserved>, PartFailed>
  readonly remove: Effect.Effect<void>
}

/** A part file that no run seems to write any more. */
export interface Leftover {
  /** The name of its file, within the folder. */
  readonly name: string
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** Removes it, unless it is gone or a run writes it after all, for which it is watched; gives whether it did. */
  readonly remove: Effect.Effect<boolean, SaveFailed>
}

/** Part files. */
export class PartFiles extends Context.Service<
  PartFiles,
  {
    /**
     * The part file for this `version` of `target`, until the scope closes: one that an earlier run left, if it has at
     * most `size` bytes, or else a new and empty one. Abandoned part files of other versions are removed. A file that
     * another user owns or can write to is neither taken over nor removed.
     */
    readonly claim: (
      target: string,
      version: string,
      size: number
    ) => Effect.Effect<PartFile, PartFailed, Scope.Scope>
    /** Removes temporary files of killed runs beside `place`, once for each folder: those that are an hour old. */
    readonly sweep: (place: string) => Effect.Effect<void>
    /** The part files in a folder that no run seems to write any more. */
    readonly leftovers: (folder: string) => Effect.Effect<ReadonlyArray<Leftover>>
  }
>()("sockets/client/PartFiles") {}
