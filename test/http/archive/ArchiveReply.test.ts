/** A folder as an archive over HTTP, as curl and tar take it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile, execFileSync } from "node:child_process"
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { fetchRaw } from "../../support/peers/Http.ts"
import { serveFolder } from "../../support/programs/TestServer.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"

const run = promisify(execFile)

const curl = (...words: ReadonlyArray<string>) =>
  Effect.promise(() => run("curl", ["-sS", "-g", ...words]))

describe("GET /FOLDER/?tar", () => {
  it.effect("is the folder for tar, and curl -C - goes on with a part of it", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({
        "p/-/x": "x",
        "p/ç/a.txt": "um",
        "p/grande": noise(1, 3_000_000)
      })
      const { host, port } = yield* serveFolder(folder, { web: {} })
      const url = `http://${host}:${port}/p/?tar`
      const out = yield* temporaryFolder
      const saved = join(out, "p.tar")
      yield* curl(url, "-o", saved)
      const whole = readFileSync(saved)
      execFileSync("tar", ["-xf", saved, "-C", out])
      execFileSync("diff", ["-r", join(folder, "p"), join(out, "p")])

      truncateSync(saved, 1_234_567)
      yield* curl(url, "-C", "-", "-o", saved)
      assert.isTrue(readFileSync(saved).equals(whole))
    })
  )

  it.effect(
    "tells its length, its tag and its name, and a part is of the same tag or all is sent",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "p/a": "um", "p/b": "dois" })
        const address = yield* serveFolder(folder, { web: {} })
        const head = yield* fetchRaw(address, "/p/?tar", { method: "HEAD" })
        assert.strictEqual(head.status, 200)
        assert.strictEqual(head.fields.get("content-length"), String(4 * 512 + 1024))
        assert.include(head.fields.get("content-type"), "application/x-tar")
        assert.include(head.fields.get("content-disposition"), 'filename="p.tar"')
        const tag = head.fields.get("etag") ?? ""
        const fields = { "If-Range": tag, Range: "bytes=512-513" }
        const part = yield* fetchRaw(address, "/p/?tar", { fields })
        assert.deepStrictEqual([part.status, part.body], [206, "um"])
        const same = yield* fetchRaw(address, "/p/?tar", { fields: { "If-None-Match": tag } })
        assert.strictEqual(same.status, 304)
        writeFileSync(join(folder, "p", "b"), "DOIS")
        const changed = yield* fetchRaw(address, "/p/?tar", { fields })
        assert.deepStrictEqual([changed.status, changed.body.length], [200, 4 * 512 + 1024])
        assert.strictEqual((yield* fetchRaw(address, "/nada/?tar")).status, 404)
      })
  )

  it.effect("ends the connection where a file changes meanwhile, so that curl fails", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "p/a": noise(1, 16_000_000), "p/b": "dois" })
      const { host, port } = yield* serveFolder(folder, { web: {} })
      const saved = join(yield* temporaryFolder, "p.tar")
      const ended = curl(`http://${host}:${port}/p/?tar`, "-o", saved, "--limit-rate", "12M").pipe(
        Effect.sandbox,
        Effect.flip
      )
      const changing = Effect.gen(function* () {
        while ((statSync(saved, { throwIfNoEntry: false })?.size ?? 0) === 0) yield* Effect.yieldNow
        writeFileSync(join(folder, "p", "b"), "DOIS")
      })
      const [cause] = yield* Effect.all([ended, changing], { concurrency: 2 })
      // curl: 18, a partial file.
      assert.include(String(cause), "curl: (18)")
      assert.isBelow(statSync(saved).size, 16_000_000 + 3 * 512 + 1024 + 512)
    })
  )
})
