/** The certificate, key and authorities of `app serve`: read when it starts, and again whenever the files change. */
import { Effect, Option } from "effect"
import { resolve } from "node:path"
import { makeTls, type Tls } from "../../../net/TlsHandshake.ts"
import { type Files, onlyWith, read, readWith, refuse, Unreadable } from "../../CertificateFiles.ts"
import type { Messages } from "../../Messages.ts"
import { readAgain } from "./ReadAgain.ts"
import { reloadOnChange } from "./ReloadOnChange.ts"

/** The faults of new files, as the event `certificates.kept` has them. */
const faults = {
  cert: "no whole certificate",
  key: "no whole private key",
  ca: "no whole certificates of authorities",
  pair: "the key is not the certificate's"
} as const

const readTextAgain = (file: string) =>
  Effect.map(readAgain(file), (bytes) => new TextDecoder().decode(bytes))

const readTextsAgain = readWith(readTextAgain)

/** As `read`, but nothing is waited for. */
const readAtOnce = readWith((file) =>
  Effect.mapError(readTextAgain(file), (cause) => new Unreadable({ file, cause }))
)

const toCredentials = ({
  ca,
  cert = "",
  key = ""
}: {
  readonly [K in keyof Files]?: string | undefined
}) => ({ cert, key, clientCa: ca })

/**
 * The TLS of a server, in which clients may choose from `protocols` (ALPN); `undefined` where no certificate is given. New
 * files that are of no use are logged, and the old ones stay in use. Fails where one flag lacks another, or where the
 * files are of no use at the start. Then a FIFO is waited for if `waits`.
 */
export const follow = Effect.fnUntraced(function* (
  files: Files,
  { protocols, waits }: { readonly protocols: ReadonlyArray<string>; readonly waits: boolean },
  messages: Messages
) {
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
  const tls: Tls = yield* Effect.flatMap((waits ? read : readAtOnce)(files), (texts) =>
    makeTls(toCredentials(texts), { protocols })
  ).pipe(Effect.mapError(refuse(files, messages)))
  const kept = (error: string) =>
    Effect.annotateLogs(Effect.logWarning("certificates.kept"), "error", error)
  // The server does not stay in the folder that it was started in.
  const pathOf = (file: Option.Option<string>) => Option.map(file, (name) => resolve(name))
  const paths = { ca: pathOf(ca), cert: pathOf(cert), key: pathOf(key) }
  const reload = Effect.flatMap(readTextsAgain(paths), (texts) =>
    tls.setCredentials(toCredentials(texts))
  ).pipe(
    Effect.andThen(Effect.logInfo("certificates.reloaded")),
    Effect.catchTags({
      BadCredentials: ({ fault }) => kept(faults[fault]),
      NotReadAgain: ({ reason }) => kept(reason)
    })
  )
  yield* reloadOnChange([paths.cert, paths.key, paths.ca].flatMap(Option.toArray), reload)
  return tls
})
