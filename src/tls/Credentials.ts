/** Certificates and keys, PEM, made sure of before TLS is given them. Who uses them for what is not known here. */
import { Data, Effect } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"

/** The credentials are of no use. */
export class BadCredentials extends Data.TaggedError("BadCredentials")<{
  /** The certificate, the key or the authorities are not whole; or the key is another certificate's. */
  readonly fault: "cert" | "key" | "ca" | "pair"
  readonly cause: unknown
}> {}

const begunCertificate = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g
const wholeCertificate = new RegExp(`${begunCertificate.source}[^-]*-----END [^-]*-----`, "g")

const attempt = <A>(fault: BadCredentials["fault"], use: () => A) =>
  Effect.try({ try: use, catch: (cause) => new BadCredentials({ fault, cause }) })

/** Node reads as many certificates as are whole and is silent about the rest, so each is looked at here. */
const certificatesIn = (fault: BadCredentials["fault"], pem: string) => {
  const whole = pem.match(wholeCertificate) ?? []
  return whole.length === 0 || whole.length !== pem.match(begunCertificate)?.length
    ? Effect.fail(new BadCredentials({ fault, cause: "not a whole certificate" }))
    : attempt(fault, () => whole.map((certificate) => new X509Certificate(certificate)))
}

/** Fails where a certificate, a key or authorities are not whole, or do not go together; any of them may be left out. */
export const check = Effect.fnUntraced(function* ({
  ca,
  cert,
  key
}: {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}) {
  if (ca !== undefined) yield* certificatesIn("ca", ca)
  if (cert === undefined || key === undefined) return
  const [own] = yield* certificatesIn("cert", cert)
  const privateKey = yield* attempt("key", () => createPrivateKey(key))
  if (own?.checkPrivateKey(privateKey) !== true) {
    return yield* new BadCredentials({ fault: "pair", cause: "another certificate's" })
  }
  // What else OpenSSL may not like, such as a key that is too short.
  yield* attempt("pair", () => createSecureContext({ ca, cert, key }))
})
