/** HTTP over a bucket: the program as people run it, asked by curl and tar. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { fetchRaw } from "../support/peers/Http.ts"
import { bucketWith } from "../support/peers/S3.ts"
import { App } from "../support/programs/App.ts"
import { run } from "../support/programs/Programs.ts"
import { serveBucket } from "../support/programs/S3Serving.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { noise } from "../support/Transfers.ts"
import { endpoint } from "./cluster.ts"

const large = noise(7, 5_000_000)

const objects = {
  "LEIAME.md": "Olá",
  "p/a b.txt": "um",
  "p/ç/grande.bin": large,
  "p/vazio": "",
  "z.txt": "zê"
}

layer(App.layer, { timeout: "2 minutes" })("HTTP over a bucket", (it) => {
  it.effect("has a page for each folder, and its list as JSON and as names", () =>
    Effect.gen(function* () {
      const { bucket } = yield* bucketWith(endpoint, objects)
      const address = yield* serveBucket(endpoint, bucket)
      const page = yield* fetchRaw(address, "/", { fields: { Accept: "text/html" } })
      assert.strictEqual(page.status, 200)
      for (const part of ['href="/p/"', 'href="/z.txt"', "OlÃ¡"]) assert.include(page.body, part)
      assert.notInclude(page.body, "grande")
      const redirected = yield* fetchRaw(address, "/p")
      assert.deepStrictEqual([redirected.status, redirected.fields.get("location")], [301, "/p/"])
      const list = (format: string) =>
        run("curl", ["-sSf", `http://${address.host}:${address.port}/p/?formato=${format}`])
      assert.strictEqual((yield* list("txt")).stdout, "a b.txt\nvazio\nç/\n")
      const json: unknown = JSON.parse((yield* list("json")).stdout)
      assert.include(JSON.stringify(json), '"a b.txt"')
      assert.strictEqual((yield* fetchRaw(address, "/nada/")).status, 404)
    })
  )

  it.effect("has files, HEAD, parts and conditions, each of one version of the object", () =>
    Effect.gen(function* () {
      const { bucket, put } = yield* bucketWith(endpoint, objects)
      const address = yield* serveBucket(endpoint, bucket, "--cache-fresh", "0s")
      const target = "/p/%C3%A7/grande.bin"
      const head = yield* fetchRaw(address, target, { method: "HEAD" })
      assert.deepStrictEqual(
        [head.status, head.body, head.fields.get("content-length")],
        [200, "", String(large.length)]
      )
      const etag = head.fields.get("etag") ?? ""
      const range = { Range: "bytes=4000000-4000099" }
      const part = yield* fetchRaw(address, target, { fields: { ...range, "If-Range": etag } })
      assert.strictEqual(part.status, 206)
      assert.strictEqual(part.fields.get("content-range"), `bytes 4000000-4000099/${large.length}`)
      assert.isTrue(Buffer.from(part.body, "latin1").equals(large.subarray(4_000_000, 4_000_100)))
      const last = yield* fetchRaw(address, target, { fields: { Range: "bytes=-10" } })
      assert.isTrue(Buffer.from(last.body, "latin1").equals(large.subarray(-10)))
      const none = yield* fetchRaw(address, target, { fields: { Range: "bytes=5000000-" } })
      assert.strictEqual(none.status, 416)
      const same = yield* fetchRaw(address, target, { fields: { "If-None-Match": etag } })
      assert.strictEqual(same.status, 304)
      const empty = yield* fetchRaw(address, "/p/vazio")
      assert.deepStrictEqual([empty.status, empty.body], [200, ""])

      const newer = noise(8, 5_000_000)
      yield* put("p/ç/grande.bin", newer)
      const changed = yield* fetchRaw(address, target, { fields: { ...range, "If-Range": etag } })
      assert.strictEqual(changed.status, 200)
      assert.isTrue(Buffer.from(changed.body, "latin1").equals(newer))
    })
  )

  it.effect("has a folder as an archive, which curl -C - goes on with", () =>
    Effect.gen(function* () {
      const { bucket } = yield* bucketWith(endpoint, objects)
      const { host, port } = yield* serveBucket(endpoint, bucket)
      const url = `http://${host}:${port}/p/?tar`
      const out = yield* temporaryFolder
      const saved = join(out, "p.tar")
      const fetch = (...words: ReadonlyArray<string>) =>
        run("curl", ["-sSf", url, "-o", saved, ...words])
      assert.strictEqual((yield* fetch()).code, 0)
      const whole = readFileSync(saved)
      execFileSync("tar", ["-xf", saved, "-C", out])
      assert.strictEqual(readFileSync(join(out, "p/a b.txt"), "utf8"), "um")
      assert.isTrue(readFileSync(join(out, "p/ç/grande.bin")).equals(large))
      truncateSync(saved, 3_000_001)
      assert.strictEqual((yield* fetch("-C", "-")).code, 0)
      assert.isTrue(readFileSync(saved).equals(whole))
    })
  )
})
