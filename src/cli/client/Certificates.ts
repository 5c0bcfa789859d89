/** The options of TLS from the flags of `app client`. */
import { Effect, Option } from "effect"
import type { Tls } from "../../client/node/socket/Socket.ts"
import { check } from "../../tls/Credentials.ts"
import { type Files, onlyWith, read, refuse } from "../CertificateFiles.ts"
import type { Messages } from "../Messages.ts"

/** The client's flags about TLS. */
interface TlsFlags extends Files {
  readonly tls: boolean
  readonly servername: Option.Option<string>
  readonly insecure: boolean
}

/** The options of TLS; `undefined` without `--tls`. Ends the run where flags do not go together or files are unusable. */
export const load = Effect.fnUntraced(function* (flags: TlsFlags, messages: Messages) {
  const { ca, cert, insecure, key, servername, tls } = flags
  const given = [
    ["--ca", Option.isSome(ca)],
    ["--cert", Option.isSome(cert)],
    ["--key", Option.isSome(key)],
    ["--servername", Option.isSome(servername)],
    ["--tls-insecure", insecure]
  ] as const
  // Who names a certificate did not mean to send plain text.
  const [first] = given.find(([, isGiven]) => isGiven) ?? []
  if (!tls && first !== undefined) return yield* onlyWith(first, "--tls", messages)
  if (!tls) return undefined
  if (Option.isSome(cert) && Option.isNone(key)) return yield* onlyWith("--cert", "--key", messages)
  if (Option.isSome(key) && Option.isNone(cert)) return yield* onlyWith("--key", "--cert", messages)
  const found = yield* read(flags).pipe(Effect.tap(check), Effect.mapError(refuse(flags, messages)))
  return { ...found, servername: Option.getOrUndefined(servername), insecure } satisfies Tls
})
