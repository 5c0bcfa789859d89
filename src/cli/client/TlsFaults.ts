/** Explains why TLS failed, from the error codes of Node (X509_V_ERR_…, ERR_TLS_…) and OpenSSL (ERR_SSL_…). */
import { systemCode } from "../Failure.ts"
import type { Messages } from "../Messages.ts"

type Fault = Exclude<keyof Messages["tls"], "failed" | "insecure" | "wantsTls">

/** Patterns of codes; the first that matches counts. */
const faults: ReadonlyArray<readonly [code: RegExp, fault: Fault]> = [
  [/^CERT_HAS_EXPIRED$/, "expired"],
  [/^CERT_NOT_YET_VALID$/, "notYetValid"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "otherHost"],
  [/^(?:UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|CERT_UNTRUSTED)/, "unknownAuthority"],
  // TLS 1.3 says what it wants; in 1.2 a missing certificate is a failed handshake (RFC 5246, 7.4.6).
  [/_ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)$/, "wantsCertificate"],
  [/_ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|(?:UNSUPPORTED_)?CERTIFICATE)/, "certificateRefused"],
  // The server replied with text, which was taken for a TLS record.
  [/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, "speaksNoTls"]
]

/** The sentence for an error of TLS; `undefined` where the cause is another. */
export const tlsFault = (
  cause: unknown,
  address: string,
  { tls }: Messages
): string | undefined => {
  const code = systemCode(cause)
  if (code === undefined) return undefined
  const [, fault] = faults.find(([pattern]) => pattern.test(code)) ?? []
  if (fault !== undefined) return tls[fault](address)
  return code.startsWith("ERR_SSL_") ? tls.failed(address, code) : undefined
}
