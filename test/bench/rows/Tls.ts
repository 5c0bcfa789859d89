/** Files over TLS, and the handshakes before them, of version 1.3 with a certificate of P-256. Both sides have OpenSSL. */
import { Effect, type Scope } from "effect"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { handshakes, type Manner } from "../load/Handshakes.ts"
import { elapsed, flags, output, type Peer } from "../measure/Process.ts"
import { weigh } from "../measure/Processor.ts"
import { appOverTls, type Identity } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import {
  bytesPerSecond,
  type Contest,
  handshakesPerSecond,
  type Row,
  type Sample,
  type Trouble
} from "../Row.ts"

/** A certificate for this machine, in a folder of its own. */
const identity: Effect.Effect<Identity, never, Scope.Scope> = Effect.map(Files.folder, (folder) => {
  const made = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") }
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
  const names = flags({ "-subj": "/CN=localhost", "-keyout": made.keyFile, "-out": made.certFile })
  execFileSync("openssl", ["req", "-x509", ...key, ...names], { stdio: "ignore" })
  return made
})

const besideNginx = (
  fill: (folder: string) => Effect.Effect<void>,
  measure: (peer: Peer) => Effect.Effect<Sample, Trouble>
): Effect.Effect<Contest, Trouble, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* fill(folder)
    const shown = yield* identity
    return {
      ours: measure(yield* appOverTls(folder, shown)),
      theirs: measure(yield* nginx(folder, shown))
    }
  })

const sizes = { full: Files.gibibyte, smoke: Files.gibibyte / 4 }

/** The cipher that both take when nobody asks for another. */
const cipher = "TLS_AES_256_GCM_SHA384"

/** curl's rate, of all that it takes from its start to its end. */
const fetch = (peer: Peer, size: number): Effect.Effect<Sample, Trouble> => {
  const url = `https://127.0.0.1:${peer.address.port}/large`
  const words = [
    "-sSfk",
    "--tlsv1.3",
    ...flags({ "--tls13-ciphers": cipher, "-o": "/dev/null" }),
    url
  ]
  return weigh(
    peer,
    Effect.map(elapsed(output("curl", words, "/")), (milliseconds) => ({
      figure: (size / milliseconds) * 1000,
      amount: 1
    }))
  )
}

const seconds = { full: 3, smoke: 1 }

const handshakeRow = (name: string, what: string, manner: Manner): Row => ({
  name,
  what,
  peer: "nginx, one worker",
  unit: handshakesPerSecond,
  reach: 0.7,
  aim: 0.9,
  processor: { reach: 1 / 0.7, aim: 1 / 0.9 },
  needs: ["nginx", "openssl"],
  contest: (scale) =>
    besideNginx(
      (folder) => Files.makeSmall(folder, 1),
      (peer) => handshakes(peer, Files.keyName(0), manner, seconds[scale])
    )
})

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "tls-1g",
    what: "one file of 1 GiB over HTTPS, AES-256-GCM, fetched by curl",
    peer: "nginx, one worker, the same cipher",
    unit: bytesPerSecond,
    reach: 0.9,
    aim: 1,
    processor: { reach: 1 / 0.9, aim: 1 },
    needs: ["nginx", "curl", "openssl"],
    smoke: true,
    contest: (scale) =>
      besideNginx(
        (folder) => Files.makeLarge(folder, "large", sizes[scale]),
        (peer) => fetch(peer, sizes[scale])
      )
  },
  handshakeRow(
    "tls-new",
    "TLS handshakes, each with one file of 1 KiB over HTTP/1.0, four clients at once",
    "new"
  ),
  handshakeRow("tls-resumed", "the same, of a session that is resumed", "reuse")
]
