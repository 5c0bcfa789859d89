/** Reads the certificates and keys that flags name. Used by client/Certificates and serve/reload/Certificates. */
import { Data, Effect, FileSystem, Option } from "effect"
import type { BadCredentials } from "../tls/Credentials.ts"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** The files that flags name. */
export interface Files {
  readonly cert: Option.Option<string>
  readonly key: Option.Option<string>
  readonly ca: Option.Option<string>
}

/** The usage error for a flag that was given without another that it needs. */
export const onlyWith = (given: string, needed: string, { usage }: Messages) =>
  new Failure({ code: exitCode.usage, sentence: usage.onlyWith(given, needed) })

/** A file cannot be read. */
export class Unreadable extends Data.TaggedError("Unreadable")<{
  readonly file: string
  readonly cause: Error
}> {}

const readOne = (file: string) =>
  FileSystem.FileSystem.use((fileSystem) =>
    Effect.mapError(fileSystem.readFileString(file), (cause) => new Unreadable({ file, cause }))
  )

/** The contents of the files, read by `readFile`. */
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

/** The contents of the files. A FIFO is waited for. Fails with `Unreadable`. */
export const read = readWith(readOne)

/** The failure for files that cannot be read or used. */
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
