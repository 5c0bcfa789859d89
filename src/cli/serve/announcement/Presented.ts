/** The certificate that a server presents, as far as a client has to be told of it. */
import { Effect } from "effect"
import { X509Certificate } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { isIP } from "node:net"
import type * as Tls from "node:tls"
import { certificatesIn } from "../../../tls/Credentials.ts"

/** A certificate, in PEM, and those after it. */
export interface Presented {
  /** Where it is, as the flag named it. */
  readonly file: string
  /** The server's own first. */
  readonly chain: readonly [X509Certificate, ...Array<X509Certificate>]
}

/** The certificate of a file; `undefined` where it is not to be had a second time, as from a pipe. */
export const read = (file: string): Effect.Effect<Presented | undefined> =>
  Effect.orElseSucceed(
    Effect.try((): Presented | undefined => {
      if (!statSync(file).isFile()) return undefined
      const [own, ...others] = certificatesIn(readFileSync(file, "utf8"))
      return own === undefined ? undefined : { file, chain: [own, ...others] }
    }),
    () => undefined
  )

/** The authorities that a client trusts which names none. */
const wellKnown = (): ReadonlyArray<string> => {
  // Not imported: a list, and what Node lacks before 22.15, have no stand-in in the bundle (start/lazy/Node).
  const tls: Pick<typeof Tls, "rootCertificates"> & Partial<typeof Tls> =
    process.getBuiltinModule("node:tls")
  return tls.getCACertificates?.("default") ?? tls.rootCertificates
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

/** Whether an authority that every client knows vouches for it. */
export const isWellKnown = ({ chain }: Presented): boolean => {
  let top: X509Certificate = chain[0]
  for (const next of chain) if (next !== top && isIssuedBy(top, next)) top = next
  return wellKnown().some((pem) => {
    const root = new X509Certificate(pem)
    return root.fingerprint256 === top.fingerprint256 || isIssuedBy(top, root)
  })
}

/** Whether it is for this host, a name or an address. */
export const isFor = ({ chain: [own] }: Presented, host: string): boolean =>
  (isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host)) !== undefined

/** A name that it is for, without wildcards; `undefined` where it has none. */
export const nameOf = ({ chain: [own] }: Presented): string | undefined =>
  /(?:^|, )DNS:([\w.-]+)(?=,|$)/.exec(own.subjectAltName ?? "")?.[1]
