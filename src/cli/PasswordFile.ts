/**
 * Reads passwords from a file with one a line, or from the variable APP_PASSWORD. Never from the command line, which
 * every user of the machine can read.
 */
import { Config, Data, Effect, FileSystem, Option, Redacted } from "effect"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** Passwords, the newest first; empty where none was set. */
export type Passwords = ReadonlyArray<Redacted.Redacted>

/** The file is in UTF-16, as editors and shells of Windows write it, and not in UTF-8. */
export class InUtf16 extends Data.TaggedError("InUtf16")<{}> {}

/** Recognises UTF-16 by its byte order mark (RFC 2781, 3.2), or by the zero byte in each ASCII character. */
const isUtf16 = (bytes: Uint8Array): boolean => {
  const [first, second] = bytes
  return (
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0)
  )
}

/** The passwords in a file's content, one a line; blank lines are skipped. */
export const parse = (bytes: Uint8Array): Effect.Effect<Passwords, InUtf16> =>
  isUtf16(bytes)
    ? Effect.fail(new InUtf16())
    : Effect.succeed(
        new TextDecoder()
          .decode(bytes)
          .split(/\r?\n/)
          .filter((line) => line.trim() !== "")
          .map((line) => Redacted.make(line))
      )

const fromVariable = Config.option(Config.Redacted("APP_PASSWORD")).pipe(
  Config.map((password) => Option.toArray(password))
)

/** The bytes of a file. A FIFO is waited for. */
const readWaiting = (file: string) =>
  FileSystem.FileSystem.use((fileSystem) => fileSystem.readFile(file))

/**
 * The passwords of the file if one is named, else of the variable. Ends the run where the file is unusable or empty. The
 * errors of `readFile` have the system's as their cause.
 */
export const load = Effect.fnUntraced(function* (
  file: Option.Option<string>,
  { certificates, reasons, startUp }: Messages,
  readFile: (file: string) => Effect.Effect<Uint8Array, Error, FileSystem.FileSystem> = readWaiting
) {
  if (Option.isNone(file)) return yield* Effect.orElseSucceed(fromVariable, (): Passwords => [])
  const refuse = (reason: string) =>
    new Failure({
      code: exitCode.refused,
      sentence: startUp.passwordFileUnusable(file.value, reason)
    })
  const found = yield* Effect.flatMap(readFile(file.value), parse).pipe(
    Effect.catch((error) => {
      if (error instanceof InUtf16) return refuse(startUp.inUtf16)
      const reason = systemCode(error) ?? error.message
      return refuse(reason === "ENOENT" ? certificates.missing : (reasons.get(reason) ?? reason))
    })
  )
  return found.length === 0 ? yield* refuse(startUp.noPassword) : found
})
