/** Clients of HTTP that Debian has, each over one running server: what they bring home is the same, byte for byte. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import type { Address } from "../../src/domain/Address.ts"
import * as DirectoryFileStore from "../../src/services/files/directory/DirectoryFileStore.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import { root } from "../support/programs/App.ts"
import { isInstalled, run } from "../support/programs/Programs.ts"
import { serve, serveFolder, serveLogged } from "../support/programs/TestServer.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { noise } from "../support/Transfers.ts"

const large = noise(11, 9 * 1024 * 1024)
const files = {
  "grande.bin": large,
  "olá mundo.txt": "olá\n",
  "pasta/um.txt": "um\n",
  "pasta/funda/dois & três.txt": "dois\n",
  "app.js": "plain",
  "app.js.gz": gzipSync("plain")
}

/** The one server. */
class Served extends Context.Service<Served, { readonly address: Address; readonly url: string }>()(
  "sockets/test/Served"
) {
  static readonly layer = Layer.effect(
    Served,
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* folderWith(files), { web: {} })
      return { address, url: `http://127.0.0.1:${address.port}` }
    })
  )
}

/** Another server of the same files, whose log is looked at. */
const logged = Effect.gen(function* () {
  const { address, next } = yield* serveLogged(
    DirectoryFileStore.layer({ folder: yield* folderWith(files), hidden: false }),
    { web: {} }
  )
  return { next, url: `http://127.0.0.1:${address.port}` }
})

/** A program in a shell, in a folder of its own, where what it leaves is looked at. */
const inShell = Effect.fnUntraced(function* (
  script: (url: string) => string,
  before?: (folder: string) => void
) {
  const { url } = yield* Served
  const folder = yield* temporaryFolder
  before?.(folder)
  const finished = yield* run("bash", ["-c", `cd ${folder} && ${script(url)}`])
  return { ...finished, folder }
})

const read = (folder: string, file: string): Buffer => readFileSync(join(folder, file))

/** All files below a folder, by their names. */
const below = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()

const startOf = (folder: string): void => {
  writeFileSync(join(folder, "grande.bin"), large)
  truncateSync(join(folder, "grande.bin"), 5_000_000)
}

const path = "/ol%C3%A1%20mundo.txt"

/** What fetches `mudou.txt` once more, whatever of it is there from before. */
const again: ReadonlyArray<readonly [program: string, script: (url: string) => string]> = [
  ["wget", (url) => `wget -q -N ${url}/mudou.txt`],
  ["http", (url) => `HOME=$PWD http --ignore-stdin -q -d -o mudou.txt ${url}/mudou.txt`],
  ["rclone", (url) => `HOME=$PWD rclone copy --config /dev/null --http-url ${url}/ :http: .`]
]

describe("over HTTP", () => {
  layer(Served.layer, { excludeTestServices: true })((it) => {
    const using = (
      program: string,
      promise: string,
      test: () => Effect.Effect<unknown, unknown, Served | Scope.Scope>
    ) => {
      const isMissing = !isInstalled(program)
      it.effect.skipIf(isMissing)(
        `${program} ${promise}${isMissing ? ` (skipped: ${program} is not installed)` : ""}`,
        () => Effect.orDie(test())
      )
    }

    using("curl", "fetches, goes on, asks for parts, and takes what is compressed", () =>
      Effect.gen(function* () {
        const whole = yield* inShell(
          (url) => `curl -sfO ${url}/grande.bin && curl -sf ${url}${path}`
        )
        assert.strictEqual(whole.stdout, "olá\n", whole.stderr)
        assert.isTrue(read(whole.folder, "grande.bin").equals(large))
        const resumed = yield* inShell(
          (url) => `curl -sf -C - -O -D fields ${url}/grande.bin`,
          startOf
        )
        assert.isTrue(read(resumed.folder, "grande.bin").equals(large))
        assert.include(read(resumed.folder, "fields").toString(), "206 Partial Content")
        const part = yield* inShell((url) => `curl -sf -r 1-3 ${url}${path}`)
        assert.strictEqual(part.stdout, "lá")
        const compressed = yield* inShell((url) => `curl -sf --compressed -D fields ${url}/app.js`)
        assert.strictEqual(compressed.stdout, "plain")
        assert.match(read(compressed.folder, "fields").toString(), /content-encoding: gzip/i)
        const both = yield* inShell((url) => `curl -sf ${url}/pasta/um.txt ${url}/-/info`)
        assert.strictEqual(both.stdout, "um\nServidor online 24 horas\n")
      })
    )

    using("curl", "is refused what would write, and told of what is not there", () =>
      Effect.gen(function* () {
        const upload = yield* inShell(
          (url) =>
            `echo x > x; curl -sf -T x ${url}/novo.txt; echo $?; curl -sf -d hora_atual ${url}/; echo $?; curl -sf -X DELETE ${url}/app.js; echo $?; curl -sf ${url}/nada; echo $?`
        )
        assert.strictEqual(upload.stdout, "22\n22\n22\n22\n")
        const { url } = yield* Served
        assert.strictEqual((yield* run("curl", ["-sf", `${url}/app.js`])).stdout, "plain")
      })
    )

    using("curl", "goes on where it was only with the version that it has a part of", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "grande.bin": large })
        const { port } = yield* serveFolder(folder, { web: {} })
        const out = yield* temporaryFolder
        const file = `http://127.0.0.1:${port}/grande.bin`
        const goOn = (name: string) =>
          run("bash", [
            "-c",
            `cd ${out} && tag=$(sed -n 's/\\r$//; s/^etag: //ip' fields) && curl -sf -r 5000000- -H "If-Range: $tag" -w '%{response_code}' -o ${name} ${file}`
          ])
        const first = yield* run("bash", [
          "-c",
          `cd ${out} && curl -sf -r 0-4999999 -D fields -o first ${file}`
        ])
        assert.strictEqual(first.code, 0, first.stderr)
        assert.strictEqual((yield* goOn("rest")).stdout, "206")
        assert.isTrue(Buffer.concat([read(out, "first"), read(out, "rest")]).equals(large))
        const other = Buffer.from(large).reverse()
        writeFileSync(join(folder, "grande.bin"), other)
        assert.strictEqual((yield* goOn("whole")).stdout, "200")
        assert.isTrue(read(out, "whole").equals(other))
      })
    )

    using("curl", "sees that a file was cut shorter while it was sent", () =>
      Effect.gen(function* () {
        const size = 10 * 1024 * 1024
        const broken = yield* SlowFile.make({
          size,
          before: { byte: size / 2, run: Effect.fail(SlowFile.shrank) }
        })
        const { port } = yield* serve(broken.layer, { web: {} })
        // CURLE_PARTIAL_FILE.
        const { code } = yield* run("curl", [
          "-sf",
          `http://127.0.0.1:${port}/x`,
          "-o",
          "/dev/null"
        ])
        assert.strictEqual(code, 18)
      })
    )

    using("wget", "goes on where it was, and mirrors a folder", () =>
      Effect.gen(function* () {
        const { next, url } = yield* logged
        const resumed = yield* inShell(() => `wget -q -c ${url}/grande.bin`, startOf)
        assert.strictEqual(resumed.code, 0, resumed.stderr)
        assert.isTrue(read(resumed.folder, "grande.bin").equals(large))
        const { fields } = yield* next("http.request")
        assert.deepInclude(fields, { status: 206, bytes_out: large.length - 5_000_000 })
        const mirrored = yield* inShell((url) => `wget -q -r -np -nH ${url}/pasta/`)
        const found = below(mirrored.folder)
        assert.include(found, "pasta/um.txt")
        assert.include(found, "pasta/funda/dois & três.txt")
        assert.isFalse(found.some((name) => name.includes("grande")))
        assert.strictEqual(read(mirrored.folder, "pasta/um.txt").toString(), "um\n")
      })
    )

    using("aria2c", "fetches by eight connections at once", () =>
      Effect.gen(function* () {
        const { next, url } = yield* logged
        const fetched = yield* inShell(
          () => `aria2c -q --no-conf -x8 -s8 -k1M --file-allocation=none ${url}/grande.bin`
        )
        assert.strictEqual(fetched.code, 0, fetched.stdout)
        assert.isTrue(read(fetched.folder, "grande.bin").equals(large))
        // Had it made one connection only, there would be no second to end.
        for (const _ of ["one", "another"]) {
          assert.strictEqual((yield* next("connection.closed")).fields["protocol"], "http")
        }
      })
    )

    using("rclone", "copies the folder through its page", () =>
      Effect.gen(function* () {
        const copied = yield* inShell(
          (url) => `HOME=$PWD rclone copy --config /dev/null --http-url ${url}/ :http: out`
        )
        assert.strictEqual(copied.code, 0, copied.stderr)
        assert.deepStrictEqual(below(join(copied.folder, "out")), Object.keys(files).sort())
        assert.isTrue(read(join(copied.folder, "out"), "grande.bin").equals(large))
      })
    )

    using("lftp", "mirrors a folder through its page", () =>
      Effect.gen(function* () {
        const mirrored = yield* inShell(
          (url) =>
            `HOME=$PWD lftp -c 'set net:max-retries 1; open ${url}; mirror --no-perms /pasta out'`
        )
        assert.strictEqual(mirrored.code, 0, mirrored.stderr)
        assert.deepStrictEqual(below(join(mirrored.folder, "out")), [
          "funda/dois & três.txt",
          "um.txt"
        ])
      })
    )

    using("http", "shows a text, and goes on with a download", () =>
      Effect.gen(function* () {
        const shown = yield* inShell(
          (url) => `HOME=$PWD http --ignore-stdin --check-status --body ${url}${path}`
        )
        assert.strictEqual(shown.stdout.trim(), "olá", shown.stderr)
        const resumed = yield* inShell(
          (url) =>
            `HOME=$PWD http --ignore-stdin --check-status -dcq -o grande.bin ${url}/grande.bin`,
          startOf
        )
        assert.strictEqual(resumed.code, 0, resumed.stderr)
        assert.isTrue(read(resumed.folder, "grande.bin").equals(large))
      })
    )

    for (const [program, script] of again)
      using(program, "has a file that changed meanwhile whole, and nothing of what it had", () =>
        Effect.gen(function* () {
          const folder = yield* folderWith({ "mudou.txt": "a".repeat(9000) })
          const { address, next } = yield* serveLogged(
            DirectoryFileStore.layer({ folder, hidden: false }),
            { web: {} }
          )
          const out = yield* temporaryFolder
          const fetch = run("bash", [
            "-c",
            `cd ${out} && ${script(`http://127.0.0.1:${address.port}`)}`
          ])
          assert.strictEqual((yield* fetch).code, 0)
          const other = "b".repeat(12_000)
          writeFileSync(join(folder, "mudou.txt"), other)
          const future = Date.now() / 1000 + 60
          utimesSync(join(folder, "mudou.txt"), future, future)
          assert.strictEqual((yield* fetch).code, 0)
          assert.strictEqual(read(out, "mudou.txt").toString(), other)
          const isSent = ({ fields }: Effect.Success<ReturnType<typeof next>>) =>
            fields["bytes_out"] === other.length
          const { fields } = yield* Effect.repeat(next("http.request"), { until: isSent })
          assert.strictEqual(fields["status"], 200)
        })
      )

    using("ffmpeg", "seeks in a video, whose index is at its end", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const made = yield* run("bash", [
          "-c",
          `cd ${folder} && ffmpeg -v error -f lavfi -i testsrc=duration=20:size=160x120:rate=5 -c:v mpeg4 v.mp4 && ffmpeg -v error -ss 15 -i v.mp4 -frames:v 1 local.bmp`
        ])
        assert.strictEqual(made.code, 0, made.stderr)
        const { port } = yield* serveFolder(folder, { web: {} })
        const seen = yield* run("bash", [
          "-c",
          `cd ${folder} && ffmpeg -v error -ss 15 -i http://127.0.0.1:${port}/v.mp4 -frames:v 1 remote.bmp`
        ])
        assert.strictEqual(seen.code, 0, seen.stderr)
        assert.isTrue(read(folder, "remote.bmp").equals(read(folder, "local.bmp")))
      })
    )

    using("tar", "unpacks a folder that curl fetched as one file, in two parts", () =>
      Effect.gen(function* () {
        const unpacked = yield* inShell(
          (url) =>
            `curl -sf -r 0-999999 '${url}/?tar' > all.tar && curl -sf -C - -o all.tar '${url}/?tar' && mkdir out && tar -C out -xf all.tar`
        )
        assert.strictEqual(unpacked.code, 0, unpacked.stderr)
        assert.deepStrictEqual(below(join(unpacked.folder, "out")), Object.keys(files).sort())
        assert.isTrue(read(join(unpacked.folder, "out"), "grande.bin").equals(large))
      })
    )
  })
})

describe("the page docs/http.md", () => {
  const [, examples = ""] =
    /```sh\n(curl .*?)```/s.exec(readFileSync(join(root, "docs/http.md"), "utf8")) ?? []
  const isMissing = !isInstalled("curl")
  it.live.skipIf(isMissing)(
    `shows commands that work${isMissing ? " (skipped: curl is not installed)" : ""}`,
    () =>
      Effect.gen(function* () {
        const { port } = yield* serveFolder(join(root, "DB"), { web: {} })
        const folder = yield* temporaryFolder
        mkdirSync(join(folder, "out"))
        const script = examples.replaceAll("65432", String(port))
        assert.isAbove(script.split("\n").length, 4)
        const { code, stderr, stdout } = yield* run("bash", [
          "-c",
          `set -euo pipefail; cd ${folder}/out; ${script}`
        ])
        assert.strictEqual(code, 0, stderr)
        assert.match(stdout, /file1\.txt: OK/)
        assert.match(stdout, /\d\d:\d\d:\d\d\n$/)
      }).pipe(Effect.scoped)
  )
})
