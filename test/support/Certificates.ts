/** Certificates, made by OpenSSL in a folder of its own: two authorities, and what they vouch for. */
import { Context, Effect, Layer, type Scope } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Credentials } from "../../src/net/TlsHandshake.ts"
import { isInstalled } from "./programs/Programs.ts"
import { temporaryFolder } from "./stores/TemporaryFolder.ts"

/** Without it there are no certificates to test with. */
export const hasOpenssl = isInstalled("openssl")

/** A certificate and its key: where they are, and what they hold. */
export interface Pair {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

/** What a test may show, or trust. */
export interface Certificates {
  readonly folder: string
  /** The authority that is trusted, and one that is not. */
  readonly authority: Pair
  readonly otherAuthority: Pair
  /** For localhost and 127.0.0.1, by the authority; and the same anew, as after a renewal. */
  readonly server: Pair
  readonly renewed: Pair
  readonly expired: Pair
  /** For example.org alone. */
  readonly elsewhere: Pair
  /** For 127.0.0.1, its own authority. */
  readonly selfSigned: Pair
  /** A client's, by the authority; and one by the other. */
  readonly client: Pair
  readonly stranger: Pair
}

/** What a server shows: this pair. */
export const shows = ({ cert, key }: Pair, clientCa?: Pair): Credentials => ({
  cert,
  key,
  clientCa: clientCa?.cert
})

/** Makes them all, which takes OpenSSL about a quarter of a second. */
const makeCertificates: Effect.Effect<Certificates, never, Scope.Scope> = Effect.map(
  temporaryFolder,
  (folder) => {
    const path = (name: string): string => join(folder, name)
    const openssl = (...words: ReadonlyArray<string>): void =>
      void execFileSync("openssl", words, { cwd: folder, stdio: "ignore" })
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    const pairOf = (name: string): Pair => ({
      certFile: path(`${name}.pem`),
      keyFile: path(`${name}.key`),
      cert: readFileSync(path(`${name}.pem`), "utf8"),
      key: readFileSync(path(`${name}.key`), "utf8")
    })
    const authority = (name: string, ...more: ReadonlyArray<string>): Pair => {
      const out = ["-keyout", `${name}.key`, "-out", `${name}.pem`]
      openssl("req", "-x509", ...newKey, ...out, "-subj", `/CN=${name}`, "-days", "2", ...more)
      return pairOf(name)
    }
    const vouched = (name: string, by: Pair, names: string, days = "2"): Pair => {
      openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", "request", "-subj", `/CN=${name}`)
      writeFileSync(path("extensions"), `subjectAltName=${names}\n`)
      const from = ["-in", "request", "-CA", by.certFile, "-CAkey", by.keyFile, "-CAcreateserial"]
      const out = ["-out", `${name}.pem`, "-days", days, "-extfile", "extensions"]
      openssl("x509", "-req", ...from, ...out)
      return pairOf(name)
    }
    const here = "DNS:localhost,IP:127.0.0.1"
    const trusted = authority("authority")
    const other = authority("other-authority")
    return {
      folder,
      authority: trusted,
      otherAuthority: other,
      server: vouched("server", trusted, here),
      renewed: vouched("renewed", trusted, here),
      expired: vouched("expired", trusted, here, "-1"),
      selfSigned: authority("self-signed", "-addext", "subjectAltName=IP:127.0.0.1"),
      elsewhere: vouched("elsewhere", trusted, "DNS:example.org"),
      client: vouched("client", trusted, "DNS:client"),
      stranger: vouched("stranger", other, "DNS:client")
    }
  }
)

/** The certificates of a test file. */
export class Made extends Context.Service<Made, Certificates>()("sockets/test/Made") {
  static readonly layer = Layer.effect(Made, makeCertificates)
}
