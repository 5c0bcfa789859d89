/** How an unsuccessful run of the program ends: a sentence for the person, an exit code for the script. */
import { Data } from "effect"

/** Exit codes other than 0. */
export const exitCode = {
  /** The server refused, `serve` did not start, or a received file could not be saved. */
  refused: 1,
  usage: 2,
  /** No connection, or one that was lost and could not be resumed. */
  connection: 3,
  /** What arrived does not match its checksum. */
  mismatch: 4,
  interrupted: 130
} as const

/** The end of a run. `sentence` is printed to standard error, unless it is empty: then all was printed already. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly code: (typeof exitCode)[keyof typeof exitCode]
  readonly sentence: string
}> {}

/** The system's error code, such as `ENOSPC`, of an error or of its causes; `undefined` where none has one. */
export const systemCode = (error: unknown): string | undefined => {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code
    // Connecting to a name with several addresses fails with an AggregateError.
    if (current instanceof AggregateError && current.errors.length > 0)
      return systemCode(current.errors[0])
  }
  return undefined
}
