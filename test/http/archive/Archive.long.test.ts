/**
 * Archives of 100,000 files and of a file of 8 GiB, through the real server, curl and tar: what is unpacked is the folder,
 * a part that is gone on with is the whole, and the server's memory does not grow with the bytes.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { bufferSize } from "../../../src/domain/BufferSize.ts"
import { App } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const MiB = 1024 * 1024
const GiB = 1024 * MiB

const run = promisify(execFile)

const shell = (script: string, ...words: ReadonlyArray<string>) =>
  Effect.promise(() => run("sh", ["-euc", script, "sh", ...words], { maxBuffer: 64 * MiB })).pipe(
    Effect.map(({ stdout }) => stdout.trim())
  )

/** The most memory that a process has had so far, in bytes. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024

/** A file of so many bytes that says every 64 KiB where that is: one transfer alone reads more at a time. The rest takes no room. */
const makeTelling = (path: string, size: number): void => {
  const file = openSync(path, "wx")
  const place = Buffer.alloc(8)
  for (let at = 0; at < size; at += bufferSize) {
    place.writeDoubleLE(at)
    writeSync(file, place, 0, Math.min(place.length, size - at), at)
  }
  closeSync(file)
  truncateSync(path, size)
}

const serve = Effect.fnUntraced(function* (folder: string) {
  const app = yield* App
  const { address, process } = yield* app.serve([folder], { cwd: folder })
  return { url: `http://${address.host}:${address.port}/p/?tar`, pid: process.pid }
})

layer(App.layer, { timeout: "1 minute" })("an archive", (it) => {
  it.effect.skipIf(process.platform !== "linux")(
    "of 100,000 files is unpacked as the folder, and gone on with as the same bytes, in 150 MiB",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "p/a": "" })
        for (let index = 0; index < 100_000; index++) {
          const part = join(folder, "p", `pasta ${index % 100}`)
          if (index < 100) mkdirSync(part)
          writeFileSync(join(part, `arquivo ${index}`), `${index}\n`.repeat(index % 50))
        }
        const { pid, url } = yield* serve(folder)
        yield* shell('curl -sS -r 0-0 "$1"', url.replace("/p/?tar", "/p/a"))
        const before = peakOf(pid)
        const out = yield* temporaryFolder
        const digest = yield* shell(
          'cd "$2"; curl -sS "$1" -o p.tar; sha256sum <p.tar; tar -xf p.tar; diff -r "$3/p" p',
          url,
          out,
          folder
        )
        const growth = peakOf(pid) - before
        truncateSync(join(out, "p.tar"), Math.floor(statSync(join(out, "p.tar")).size / 3))
        const resumed = yield* shell(
          'cd "$2"; curl -sS "$1" -C - -o p.tar; sha256sum <p.tar',
          url,
          out
        )
        assert.strictEqual(resumed, digest)
        console.log(`100,000 files: ${(growth / MiB).toFixed(1)} MiB more than idle`)
        assert.isBelow(growth, 150 * MiB)
      })
  )

  it.effect.skipIf(process.platform !== "linux")(
    "of a file of 8 GiB is its bytes, and in two parts the same, in 64 MiB",
    () =>
      Effect.gen(function* () {
        const size = 8 * GiB + 12_345
        const folder = yield* folderWith({ "p/b": "depois" })
        makeTelling(join(folder, "p", "a"), size)
        const { pid, url } = yield* serve(folder)
        yield* shell('curl -sS -r 0-999999 "$1" | sha256sum', url)
        const before = peakOf(pid)
        const [file, unpacked] = yield* Effect.all(
          [
            shell('sha256sum <"$1/p/a"', folder),
            shell('curl -sS "$1" | tar -xOf - p/a | sha256sum', url)
          ],
          { concurrency: 2 }
        )
        assert.strictEqual(unpacked, file)
        const [whole, parts] = yield* Effect.all(
          [
            shell('curl -sS "$1" | sha256sum', url),
            shell(
              '{ curl -sS -r 0-5000000000 "$1"; curl -sS -r 5000000001- "$1"; } | sha256sum',
              url
            )
          ],
          { concurrency: 2 }
        )
        assert.strictEqual(parts, whole)
        const growth = peakOf(pid) - before
        console.log(`8 GiB: ${(growth / MiB).toFixed(1)} MiB more than idle`)
        assert.isBelow(growth, 64 * MiB)
      })
  )
})
