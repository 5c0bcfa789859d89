/** What TLS costs a server before anything is asked: handshakes, the first and those after it. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Work } from "./Measure.ts"
import { ask, openSecure } from "./MeasuredServer.ts"
import type { CostlyRequest } from "./Requests.ts"

/** A certificate for a server, and the flags that name it. */
export const makeCertificate = (): {
  readonly options: ReadonlyArray<string>
  readonly remove: () => void
} => {
  const folder = mkdtempSync(join(tmpdir(), "limits-tls-"))
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")]
  // RSA, whose signature is the dearest of those in use.
  const made = [
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    "-subj",
    "/CN=localhost"
  ]
  execFileSync("openssl", ["req", "-x509", ...made], { stdio: "ignore" })
  return {
    options: ["--tls-cert", cert, "--tls-key", key],
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

/** How often a client may repeat a handshake of TLS 1.2 (Node, tls.CLIENT_RENEG_LIMIT). */
const mostRepeated = 3

const handshake =
  (version: "TLSv1.2" | "TLSv1.3", repeated: number): Work =>
  (server) =>
    server.cost(async () => {
      const socket = await openSecure(server.port, { minVersion: version, maxVersion: version })
      const renegotiate = promisify(socket.renegotiate.bind(socket, { rejectUnauthorized: false }))
      for (let count = 0; count < repeated; count++) await renegotiate()
      await ask(socket, "", "resp")
      socket.destroy()
    })

/** All of them. */
export const handshakes: ReadonlyArray<Omit<CostlyRequest, "bytes"> & { readonly work: Work }> = [
  {
    name: "a handshake of TLS 1.3",
    bound: "one is begun in a turn; 10 s",
    work: handshake("TLSv1.3", 0)
  },
  {
    name: "a handshake of TLS 1.2, repeated as often as it may be",
    bound: "three repetitions in ten minutes",
    work: handshake("TLSv1.2", mostRepeated)
  }
]
