/** How a run of the program ends when it does not succeed: a sentence for the person, a code for the script. */
import { Data } from "effect"

/** Exit codes of the command line. */
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

/** The end of a run. `sentence` goes to standard error; empty where all was said already. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly code: (typeof exitCode)[keyof typeof exitCode]
  readonly sentence: string
}> {}

/** The system's code of a failure, such as `ENOSPC`, wherever in its causes it stands. */
export const systemCode = (error: unknown): string | undefined => {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code
    // Connecting to each address of a name fails with all their errors together.
    if (current instanceof AggregateError && current.errors.length > 0)
      return systemCode(current.errors[0])
  }
  return undefined
}
