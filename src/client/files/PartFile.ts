/** A download that is not whole yet, in a file beside its target. How it is found and kept is the platform's affair. */
import { Context, Data, type Effect, type Scope } from "effect"
import type { Arrival, Unkept } from "./Placement.ts"

/** The disk, or another program, would not have it. */
export class PartFailed extends Data.TaggedError("PartFailed")<{
  readonly cause: unknown
  /** Whether another program has the file by now. */
  readonly isTaken: boolean
}> {}

/** A part file that one download alone writes. */
export interface PartFile {
  readonly path: string
  /** How many bytes an earlier run left in it. */
  readonly size: number
  /**
   * Writes at a place in the file, never at its end: where two clients come to write one file, as after one stood still
   * for long, both write the same bytes of the same version to the same places.
   */
  readonly write: (bytes: Uint8Array, position: number) => Effect.Effect<void, PartFailed>
  /**
   * Gives it its place, on the disk and with its time, if it is the whole file, under its own name and no second one.
   * What the file system would not do of this is told.
   */
  readonly put: (arrival: Arrival) => Effect.Effect<ReadonlyArray<Unkept>, PartFailed>
  readonly remove: Effect.Effect<void>
}

/** The part files beside the targets. */
export class PartFiles extends Context.Service<
  PartFiles,
  {
    /**
     * The part file for `target` in this `version`, until the scope closes: one that an earlier run left, taken over as
     * it is if it has at most `size` bytes, or else a new and empty one. Part files of other versions that nobody writes
     * any more are removed. What somebody else owns or could write to is neither.
     */
    readonly claim: (
      target: string,
      version: string,
      size: number
    ) => Effect.Effect<PartFile, PartFailed, Scope.Scope>
  }
>()("sockets/client/PartFiles") {}
