/** Certificates and keys, from the files that flags name. What they are used for is known to those who ask for them. */
import { Data, Effect, FileSystem, Option, type PlatformError } from "effect"
import type { Tls as ClientTls } from "../library/Connect.ts"
import { type BadCredentials, check, makeTls, type Tls } from "../net/TlsHandshake.ts"
import { whenChanged } from "./ReloadOnChange.ts"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** Files by what they hold, and the flag that each is named with. */
interface Files {
  readonly cert: Option.Option<string>
  readonly key: Option.Option<string>
  readonly ca: Option.Option<string>
}

const onlyWith = (given: string, needed: string, { usage }: Messages) =>
  new Failure({ code: exitCode.usage, sentence: usage.onlyWith(given, needed) })

/** A file cannot be read. */
class Unreadable extends Data.TaggedError("Unreadable")<{
  readonly file: string
  readonly cause: PlatformError.PlatformError
}> {}

const readOne = Option.match({
  onNone: () => Effect.succeed(undefined),
  onSome: (file: string) =>
    FileSystem.FileSystem.use((fileSystem) =>
      Effect.mapError(fileSystem.readFileString(file), (cause) => new Unreadable({ file, cause }))
    )
})

const read = ({ ca, cert, key }: Files) =>
  Effect.all({ ca: readOne(ca), cert: readOne(cert), key: readOne(key) })

/** The end of a run whose files are of no use. */
const refuse =
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

/** As the log says it. */
const faults = {
  cert: "no whole certificate",
  key: "no whole private key",
  ca: "no whole certificates of authorities",
  pair: "the key is not the certificate's"
} as const

/** What a server encrypts with; as the files are by now, for they are read again when they change. */
export const follow = Effect.fnUntraced(function* (files: Files, messages: Messages) {
  const { ca, cert, key } = files
  if (Option.isNone(cert) && Option.isSome(key)) {
    return yield* onlyWith("--tls-key", "--tls-cert", messages)
  }
  if (Option.isSome(cert) && Option.isNone(key)) {
    return yield* onlyWith("--tls-cert", "--tls-key", messages)
  }
  if (Option.isNone(cert) && Option.isSome(ca)) {
    return yield* onlyWith("--tls-client-ca", "--tls-cert", messages)
  }
  if (Option.isNone(cert)) return undefined
  const load = Effect.map(read(files), ({ ca, cert = "", key = "" }) => ({
    cert,
    key,
    clientCa: ca
  }))
  const tls: Tls = yield* Effect.flatMap(load, (credentials) => makeTls(credentials)).pipe(
    Effect.mapError(refuse(files, messages))
  )
  const kept = (error: string) =>
    Effect.annotateLogs(Effect.logWarning("certificates.kept"), "error", error)
  const reload = Effect.flatMap(load, tls.renew).pipe(
    Effect.andThen(Effect.logInfo("certificates.reloaded")),
    Effect.catchTags({
      BadCredentials: ({ fault }) => kept(faults[fault]),
      Unreadable: ({ cause }) => kept(systemCode(cause) ?? cause.message)
    })
  )
  yield* whenChanged([cert, key, ca].flatMap(Option.toArray), reload)
  return tls
})

/** The client's flags. */
export interface ClientFlags extends Files {
  readonly tls: boolean
  readonly servername: Option.Option<string>
  readonly insecure: boolean
}

/** How a client encrypts, if it does. */
export const load = Effect.fnUntraced(function* (flags: ClientFlags, messages: Messages) {
  const { ca, cert, insecure, key, servername, tls } = flags
  const given = [
    ["--ca", Option.isSome(ca)],
    ["--cert", Option.isSome(cert)],
    ["--key", Option.isSome(key)],
    ["--servername", Option.isSome(servername)],
    ["--tls-insecure", insecure]
  ] as const
  // Whoever names a certificate means not to speak in plain text.
  const [first] = given.find(([, isGiven]) => isGiven) ?? []
  if (!tls && first !== undefined) return yield* onlyWith(first, "--tls", messages)
  if (!tls) return undefined
  if (Option.isSome(cert) && Option.isNone(key)) return yield* onlyWith("--cert", "--key", messages)
  if (Option.isSome(key) && Option.isNone(cert)) return yield* onlyWith("--key", "--cert", messages)
  const found = yield* read(flags).pipe(Effect.tap(check), Effect.mapError(refuse(flags, messages)))
  return { ...found, servername: Option.getOrUndefined(servername), insecure } satisfies ClientTls
})
