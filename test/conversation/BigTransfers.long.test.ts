/**
 * Files of 5 GiB and of 256 MiB through the real client and the real server, on the disk, and the most memory that
 * either took (VmHWM): beyond what a small file takes, it must not grow with the file.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createWriteStream, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { finished } from "node:stream/promises"
import { App, start } from "../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { noise, sha256Of } from "../support/Transfers.ts"

const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** What either process may take beyond what it takes for a small file, in bytes. */
const mostGrowth = 64 * MiB

/** The most memory that a process has had so far, in bytes. */
const peakOf = (status: string): number => {
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
  if (kibibytes === undefined) throw new Error("no VmHWM")
  return Number(kibibytes) * 1024
}

/** Has a process of Node write down, as its last act, how much memory it had. */
const tellingPeak = (file: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
     process.on("exit", () => writeFileSync(${JSON.stringify(file)}, readFileSync("/proc/self/status")))`
  )}`

const inMiB = (bytes: number): string => (bytes / MiB).toFixed(1)

layer(App.layer, { timeout: "1 minute" })("a big file", (it) => {
  /** A server, and a client that fetches one file after the other; peaks are told beside each. */
  const setUp = Effect.gen(function* () {
    const app = yield* App
    const shared = yield* folderWith({ "small.bin": noise(1, MiB) })
    const server = yield* app.serve(["--dir", shared], { cwd: shared })
    const fetch = Effect.fnUntraced(function* (name: string, ...flags: ReadonlyArray<string>) {
      const cwd = yield* temporaryFolder
      const peakFile = join(yield* temporaryFolder, "peak")
      const words = ["client", "--port", String(server.address.port), "--json", ...flags]
      const began = performance.now()
      const client = yield* start(
        process.execPath,
        ["--import", tellingPeak(peakFile), app.file, ...words, "--cmd", "enviar_arquivo", name],
        { cwd }
      )
      const ended = yield* client.ended
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
      return {
        path: join(cwd, name),
        seconds: (performance.now() - began) / 1000,
        digest: /"sha256":"([0-9a-f]{64})"/.exec(ended.stdout)?.[1],
        client: peakOf(readFileSync(peakFile, "utf8")),
        server: peakOf(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))
      }
    })
    return { shared, fetch }
  })

  const measure = Effect.fnUntraced(function* (
    name: string,
    size: number,
    shared: string,
    fetch: Effect.Success<typeof setUp>["fetch"]
  ) {
    const idle = yield* fetch("small.bin")
    const big = yield* fetch(name)
    const source = join(shared, name)
    assert.strictEqual(statSync(big.path).size, size)
    const digest = sha256Of(source)
    assert.strictEqual(big.digest, digest)
    assert.strictEqual(sha256Of(big.path), digest)
    const growth = { client: big.client - idle.client, server: big.server - idle.server }
    console.log(
      `${name}: ${big.seconds.toFixed(1)} s, ${inMiB(size / big.seconds)} MiB/s;`
        + ` client ${inMiB(big.client)} MiB, ${inMiB(growth.client)} more than idle;`
        + ` server ${inMiB(big.server)} MiB, ${inMiB(growth.server)} more than idle`
    )
    assert.isBelow(growth.client, mostGrowth, "client")
    assert.isBelow(growth.server, mostGrowth, "server")
  })

  it.effect.skipIf(process.platform !== "linux")(
    "of 5 GiB, sparse, arrives whole, and neither side's memory grows by 64 MiB",
    () =>
      Effect.gen(function* () {
        const { fetch, shared } = yield* setUp
        writeFileSync(join(shared, "sparse.bin"), "")
        truncateSync(join(shared, "sparse.bin"), 5 * GiB)
        yield* measure("sparse.bin", 5 * GiB, shared, fetch)
      })
  )

  it.effect.skipIf(process.platform !== "linux")(
    "of 256 MiB, at random, arrives whole, and neither side's memory grows by 64 MiB",
    () =>
      Effect.gen(function* () {
        const { fetch, shared } = yield* setUp
        yield* Effect.promise(() => {
          const file = createWriteStream(join(shared, "random.bin"))
          for (let part = 0; part < 16; part++) file.write(noise(part, 16 * MiB))
          return finished(file.end())
        })
        yield* measure("random.bin", 256 * MiB, shared, fetch)
      })
  )
})
