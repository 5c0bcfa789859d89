/** What happens to the files of a request while they are fetched, for whoever shows it. */
import { Data } from "effect"

/** One event. `name` is for display; numbers of bytes include those of an earlier run. */
export type Progress = Data.TaggedEnum<{
  /** So many more files are going to be fetched. */
  Found: { readonly files: number }
  /** A large file is under way: its digest is compared with that of an existing one, it is received, or verified. */
  Advanced: {
    readonly name: string
    readonly phase: "comparing" | "receiving" | "verifying"
    readonly received: number
    readonly size: number
  }
  /** Nothing more happens to a file; this run received so many bytes of it. */
  Finished: { readonly name: string; readonly received: number }
}>
/** Constructors of `Progress`. */
export const Progress = Data.taggedEnum<Progress>()
