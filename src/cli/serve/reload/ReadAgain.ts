/**
 * Reads a file that was a regular file before and may be something else now. Opening a pipe would wait for a writer in
 * a thread of Node's pool, which nothing can interrupt and which keeps the process from exiting. So the file is opened
 * without waiting (open(2), O_NONBLOCK), and only a regular file is read.
 */
import { Data, Effect } from "effect"
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs"
import { systemCode } from "../../Failure.ts"

/** The file could not be read; `reason` is the system's code, such as `EACCES`, or a text for the log. */
export class NotReadAgain extends Data.TaggedError("NotReadAgain")<{ readonly reason: string }> {}

/** The largest file that is read, in bytes; passwords and certificates are small. */
const maxSize = 1024 * 1024

const readRegular = (file: string): Uint8Array | string => {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) return "it is no regular file"
    return stats.size > maxSize ? "it is too large" : readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a regular file of at most 1 MiB; fails with NotReadAgain for anything else. */
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
