/**
 * Reads a file that was a regular file when it was first read and may be something else now. Opening a pipe would wait
 * for a writer in a thread of Node's pool, which nothing can interrupt and which keeps the process from exiting. So the
 * file is opened without waiting (open(2), O_NONBLOCK), and only a regular file is read.
 */
import { Data, Effect } from "effect"
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs"
import { systemCode } from "../../Failure.ts"

/** The file could not be read. */
export class NotReadAgain extends Data.TaggedError("NotReadAgain")<{
  /** The system's error, or one of ours with a code like those. */
  readonly cause: unknown
}> {
  /** For the log: the system's code, such as `EACCES`, or a text. */
  get reason(): string {
    const { cause } = this
    if (cause === irregular) return irregular.message
    return cause === tooLarge ? tooLarge.message : (systemCode(cause) ?? String(cause))
  }
}

const irregular = Object.assign(new Error("it is no regular file"), { code: "EFTYPE" })
const tooLarge = Object.assign(new Error("it is too large"), { code: "EFBIG" })

/** The largest file that is read, in bytes; passwords and certificates are small. */
const maxSize = 1024 * 1024

const readRegular = (file: string): Uint8Array => {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw irregular
    if (stats.size > maxSize) throw tooLarge
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a regular file of at most 1 MiB; fails with NotReadAgain for anything else. */
export const readAgain = (file: string): Effect.Effect<Uint8Array, NotReadAgain> =>
  Effect.try({
    try: () => readRegular(file),
    catch: (cause) => new NotReadAgain({ cause })
  })
