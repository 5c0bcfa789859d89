/** Looks at small files on this machine and writes them, many at a time, as a service. Implemented by client/node. */
import { Context, type Effect } from "effect"
import type { NotPreserved } from "../placing/WholeFile.ts"

/** What stands at a path; a link is followed. */
export type Found =
  | { readonly _tag: "Nothing" }
  /** A regular file. */
  | { readonly _tag: "File"; readonly size: number }
  /** Something else, or something that cannot be looked at. */
  | { readonly _tag: "Other" }

/** A file that has arrived. */
export interface SmallFile {
  /** The path that it is to have. */
  readonly place: string
  readonly bytes: ReadonlyArray<Uint8Array>
  /** In milliseconds since 1970. */
  readonly modified: number
}

/** What came of it. */
export type Written =
  | { readonly _tag: "Written"; readonly notPreserved: ReadonlyArray<NotPreserved> }
  | { readonly _tag: "Failed"; readonly cause: unknown }

/** Looks at small files and writes them. */
export class SmallFileWriter extends Context.Service<
  SmallFileWriter,
  {
    readonly look: (places: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Found>>
    /** The SHA-256 of files, 64 lower-case hexadecimal digits; `undefined` for one that cannot be read. */
    readonly digestsOf: (
      places: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<string | undefined>>
    /**
     * Writes each beside its place, syncs all of them, renames each to its place, which replaces what is there, and syncs
     * each folder once. What is not renamed is removed. A failure is of its file only, but for one to sync, which is of all.
     */
    readonly write: (files: ReadonlyArray<SmallFile>) => Effect.Effect<ReadonlyArray<Written>>
  }
>()("sockets/client/SmallFileWriter") {}
