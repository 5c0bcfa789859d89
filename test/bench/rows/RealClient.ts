/** `app client` fetches files and verifies them, beside curl, which does not, and so is followed by sha256sum. */
import { Effect } from "effect"
import { utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { app, bundle } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { flags, type Peer, wall } from "../measure/Process.ts"
import { weighRuns } from "../measure/Processor.ts"
import { milliseconds, type Row } from "../Row.ts"

const sizes = { full: Files.gibibyte, smoke: Files.gibibyte / 4 }
const counts = { full: 10_000, smoke: 1_000 }

const fetch = ({ address }: Peer, pattern: string) =>
  Files.withFolder((cwd) =>
    weighRuns(
      wall({
        program: process.execPath,
        words: [
          bundle,
          "client",
          "--quiet",
          ...flags({ "--port": address.port, "--cmd": "enviar_arquivo" }),
          pattern
        ],
        cwd
      })
    )
  )

const shell = (script: string, ...words: ReadonlyArray<string>) =>
  Files.withFolder((cwd) =>
    weighRuns(wall({ program: "sh", words: ["-ec", script, ...words], cwd }))
  )

/** Makes a file a new version of itself, whose checksum the server does not know. */
const renew = (file: string) => Effect.sync(() => utimesSync(file, new Date(), new Date()))

const large =
  (prepare: (file: string) => Effect.Effect<void>): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeLarge(folder, "large", sizes[scale])
      const ours = yield* app(folder)
      const { port } = (yield* nginx(folder)).address
      const url = `http://127.0.0.1:${port}/large`
      return {
        ours: Effect.andThen(prepare(join(folder, "large")), fetch(ours, "large")),
        theirs: shell('curl -sSf -o large "$0"; sha256sum large', url)
      }
    })

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "client-1g",
    what: "a file of 1 GiB with `app client`, verified, its checksum not known to the server",
    peer: "`curl` from nginx, then `sha256sum`",
    unit: milliseconds,
    reach: 1,
    aim: 0.7,
    needs: ["nginx", "curl", "sha256sum"],
    contest: large(renew)
  },
  {
    name: "client-1g-again",
    what: "the same file once more, its checksum known to the server",
    peer: "`curl` from nginx, then `sha256sum`",
    unit: milliseconds,
    needs: ["nginx", "curl", "sha256sum"],
    contest: large(() => Effect.void)
  },
  {
    name: "client-10k",
    what: "10,000 files of 1 KiB with `app client`, verified",
    peer: "`curl -K` from nginx, over one connection, not verified",
    unit: milliseconds,
    needs: ["nginx", "curl"],
    contest: (scale) =>
      Effect.gen(function* () {
        const folder = yield* Files.folder
        yield* Files.makeSmall(folder, counts[scale])
        const ours = yield* app(folder)
        const { port } = (yield* nginx(folder)).address
        const list = join(yield* Files.folder, "list")
        const lines = Array.from({ length: counts[scale] }, (_, index) => {
          const name = Files.keyName(index)
          return `url = "http://127.0.0.1:${port}/${name}"\noutput = "${name}"\n`
        })
        yield* Effect.sync(() => writeFileSync(list, lines.join("")))
        return { ours: fetch(ours, "*"), theirs: shell('curl -sSf -K "$0"', list) }
      })
  }
]
