/** Certificates and keys in PEM, checked before they are used for TLS by the server (net/TlsHandshake) and the client (client/node/socket/Socket). */
import { Data, Effect } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"

/** The credentials cannot be used. */
export class BadCredentials extends Data.TaggedError("BadCredentials")<{
  /** `cert`, `key`, `ca`: it is not complete PEM; `pair`: the key is not the certificate's, or OpenSSL rejects them. */
  readonly fault: "cert" | "key" | "ca" | "pair"
  readonly cause: unknown
}> {}

const begunCertificate = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g
const wholeCertificate = new RegExp(`${begunCertificate.source}[^-]*-----END [^-]*-----`, "g")

const attempt = <A>(fault: BadCredentials["fault"], use: () => A) =>
  Effect.try({ try: use, catch: (cause) => new BadCredentials({ fault, cause }) })

/** The whole certificates in a text, in order. Throws where OpenSSL cannot read one. */
export const certificatesIn = (pem: string): ReadonlyArray<X509Certificate> =>
  (pem.match(wholeCertificate) ?? []).map((certificate) => new X509Certificate(certificate))

/** Each certificate is checked here, because Node reads the complete ones and ignores the rest without an error. */
const checkCertificates = Effect.fnUntraced(function* (
  fault: BadCredentials["fault"],
  pem: string
) {
  const certificates = yield* attempt(fault, () => certificatesIn(pem))
  if (certificates.length === 0 || certificates.length !== pem.match(begunCertificate)?.length) {
    return yield* new BadCredentials({ fault, cause: "not a whole certificate" })
  }
  return certificates
})

/** Fails with BadCredentials where the certificate, the key or the authorities are incomplete or do not match. Each is PEM and may be left out. */
export const check = Effect.fnUntraced(function* ({
  ca,
  cert,
  key
}: {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}) {
  if (ca !== undefined) yield* checkCertificates("ca", ca)
  if (cert === undefined || key === undefined) return
  const [own] = yield* checkCertificates("cert", cert)
  const privateKey = yield* attempt("key", () => createPrivateKey(key))
  if (own?.checkPrivateKey(privateKey) !== true) {
    return yield* new BadCredentials({ fault: "pair", cause: "another certificate's" })
  }
  // OpenSSL may reject them for another reason, such as a key that is too short.
  yield* attempt("pair", () => createSecureContext({ ca, cert, key }))
})
