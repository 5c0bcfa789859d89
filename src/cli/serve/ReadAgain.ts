/**
 * Reads a file that was read before, and may have become anything since. Opening a pipe would wait for a writer in a
 * thread of Node's, which nothing interrupts and without which the process does not end: it is opened without waiting
 * (open(2), O_NONBLOCK), and only a regular file is read.
 */
import { Data, Effect } from "effect"
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs"
import { systemCode } from "../Failure.ts"

/** The file is of no use; `reason` is the system's code, such as `EACCES`, or words for the log. */
export class NotReadAgain extends Data.TaggedError("NotReadAgain")<{ readonly reason: string }> {}

/** Passwords and certificates are small. In bytes. */
const largest = 1024 * 1024

const readRegular = (file: string): Uint8Array | string => {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) return "it is no regular file"
    return stats.size > largest ? "it is too large" : readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a regular file of at most a mebibyte. */
export const readAgain = (file: string): Effect.Effect<Uint8Array, NotReadAgain> =>
  Effect.try({
    try: () => readRegular(file),
    catch: (cause) => new NotReadAgain({ reason: systemCode(cause) ?? String(cause) })
  }).pipe(
    Effect.flatMap((read) =>
      typeof read === "string"
        ? Effect.fail(new NotReadAgain({ reason: read }))
        : Effect.succeed(read)
    )
  )
