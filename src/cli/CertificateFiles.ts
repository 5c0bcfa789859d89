/** Certificates and keys, from the files that flags name. What they are used for: client/Certificates, serve/Certificates. */
import { Data, Effect, FileSystem, Option, type PlatformError } from "effect"
import type { BadCredentials } from "../tls/Credentials.ts"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** The file of each kind that a flag named. */
export interface Files {
  readonly cert: Option.Option<string>
  readonly key: Option.Option<string>
  readonly ca: Option.Option<string>
}

/** Ends a run where a flag was given without the one that it goes with. */
export const onlyWith = (given: string, needed: string, { usage }: Messages) =>
  new Failure({ code: exitCode.usage, sentence: usage.onlyWith(given, needed) })

/** A file cannot be read. */
export class Unreadable extends Data.TaggedError("Unreadable")<{
  readonly file: string
  readonly cause: PlatformError.PlatformError
}> {}

const readOne = (file: string) =>
  FileSystem.FileSystem.use((fileSystem) =>
    Effect.mapError(fileSystem.readFileString(file), (cause) => new Unreadable({ file, cause }))
  )

/** What the files hold, each as `readFile` reads it. */
export const readWith =
  <E, R>(readFile: (file: string) => Effect.Effect<string, E, R>) =>
  ({ ca, cert, key }: Files) => {
    const readOne = (file: Option.Option<string>) =>
      Option.match(file, {
        onNone: (): Effect.Effect<string | undefined, E, R> => Effect.succeed(undefined),
        onSome: readFile
      })
    return Effect.all({ ca: readOne(ca), cert: readOne(cert), key: readOne(key) })
  }

/** What the files hold; a pipe is waited for. */
export const read = readWith(readOne)

/** The end of a run whose files are of no use. */
export const refuse =
  (files: Files, { certificates, reasons }: Messages) =>
  (error: Unreadable | BadCredentials): Failure => {
    const refused = (sentence: string) => new Failure({ code: exitCode.refused, sentence })
    if (error._tag === "BadCredentials") {
      const { fault } = error
      const file = files[fault === "pair" ? "key" : fault]
      return refused(certificates[fault](Option.getOrElse(file, () => "")))
    }
    const code = systemCode(error.cause) ?? error.cause.message
    const reason = code === "ENOENT" ? certificates.missing : (reasons.get(code) ?? code)
    return refused(certificates.unreadable(error.file, reason))
  }
