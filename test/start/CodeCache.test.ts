/** Whether the program is compiled anew is seen in what runs: V8 takes the code of another text, if it is as long. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { isAscii } from "node:buffer"
import { dirname, join } from "node:path"
import { crc32 } from "node:zlib"
import { cacheIn, cacheName, compile, load, purposes } from "../../src/start/CodeCache.ts"
import { Shared, start } from "../support/programs/App.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const textOf = (name: string): string => `require("${name}")`

/** What a folder's program asks for: the name in its text. */
const asksFor = (folder: string): string => {
  const asked: Array<string> = []
  const require = Object.assign((name: string) => void asked.push(name), globalThis.require)
  ;(load(folder, "client") ?? compile(folder)).run(require)
  return asked.join()
}

/** V8's code of a text. */
const codeOf = (name: string) =>
  Effect.map(folderWith({ "program.cjs": textOf(name) }), (folder) =>
    compile(folder).cache().subarray(0, -4)
  )

/** A folder with a text, this code, and the checksum that a text has together with it. */
const folderOf = Effect.fnUntraced(function* (
  text: string,
  code: Uint8Array,
  summed: string = text
) {
  const folder = yield* folderWith({ "program.cjs": text })
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(code, crc32(summed)))
  writeFileSync(cacheIn(folder, "client"), Buffer.concat([code, sum]))
  return folder
})

describe("the code of a program", () => {
  it.effect("is read from the cache, and the text is not compiled", () =>
    Effect.gen(function* () {
      assert.strictEqual(asksFor(yield* folderOf(textOf("text"), yield* codeOf("code"))), "code")
    })
  )

  it.effect("is compiled where the cache is of another text", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf(textOf("text"), yield* codeOf("code"), textOf("code"))
      assert.strictEqual(asksFor(folder), "text")
    })
  )

  it.effect("is compiled where the cache is another V8's", () =>
    Effect.gen(function* () {
      const code = Buffer.from(yield* codeOf("code"))
      // Behind a number that is V8's for all of its caches comes its version.
      code.writeUInt8(code.readUInt8(4) ^ 1, 4)
      assert.strictEqual(asksFor(yield* folderOf(textOf("text"), code)), "text")
    })
  )

  it.effect("is not built of a program that fails: the build fails, and says of what", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({
        "program.cjs": `if (process.argv[2] !== "serve") process.exitCode = 3
else {
  process.stderr.write("127.0.0.1:1. \\n")
  process.once("SIGTERM", () => process.exit(0))
  setInterval(() => {}, 1000)
}`
      })
      const builder = join(import.meta.dirname, "../../src/start/BuildCodeCache.ts")
      const { ended } = yield* start(process.execPath, [builder, folder], { cwd: folder })
      const { code, stderr } = yield* ended
      assert.strictEqual(code, 1)
      assert.include(stderr, "app client --port 1 --cmd hora_atual ended with 3.")
    })
  )

  it.effect("is compiled where the cache is empty", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "program.cjs": textOf("text"), [cacheName("client")]: "" })
      assert.strictEqual(asksFor(folder), "text")
    })
  )
})

const shared = Shared.layer(folderWith({ "a.txt": "a" }))

/** A program that says whether V8 takes the cache in a folder for a purpose. */
const taking = `import("../../src/start/CodeCache.ts").then(({ load }) => {
  const [, folder, purpose] = process.argv
  process.stdout.write(load(folder, purpose) === undefined ? "not taken" : "taken")
})`

layer(shared, { timeout: "1 minute", excludeTestServices: true })("the program", (it) => {
  /** The program's files in a folder of their own, and how it answers there when its cache is as `change` leaves it. */
  const answer = Effect.fnUntraced(function* (
    change: (folder: string, cache: string) => void,
    cacheHome?: string
  ) {
    const { app, port } = yield* Shared
    const folder = yield* folderWith({})
    for (const name of ["app.cjs", "program.cjs", cacheName("client")]) {
      copyFileSync(join(dirname(app.file), name), join(folder, name))
    }
    // Where nothing may be written, nothing can be removed.
    yield* Effect.addFinalizer(() => Effect.sync(() => chmodSync(folder, 0o755)))
    change(folder, cacheIn(folder, "client"))
    const before = readdirSync(folder)
    const words = ["client", "--port", String(port), "--cmd", "listar_arquivos"]
    const running = yield* start(process.execPath, [join(folder, "app.cjs"), ...words], {
      cwd: folder,
      env: { XDG_CACHE_HOME: cacheHome ?? (yield* folderWith({})) }
    })
    const { code, stderr, stdout } = yield* running.ended
    assert.deepStrictEqual({ code, stderr, stdout }, { code: 0, stderr: "", stdout: "a.txt\n" })
    assert.deepStrictEqual(readdirSync(folder), before)
  })

  it.effect.each(purposes)("has a cache for %s that V8 takes", (purpose) =>
    Effect.gen(function* () {
      const { app } = yield* Shared
      // In a process of its own, for V8 remembers what it compiled of a file, and takes a cache under the same flags only.
      const { ended } = yield* start(process.execPath, ["-e", taking, dirname(app.file), purpose], {
        cwd: import.meta.dirname
      })
      const { stderr, stdout } = yield* ended
      assert.deepStrictEqual([stdout, stderr], ["taken", ""])
    })
  )

  it.effect("is ASCII, as whoever reads it without decoding it relies on", () =>
    Effect.gen(function* () {
      const { app } = yield* Shared
      assert.isTrue(isAscii(readFileSync(join(dirname(app.file), "program.cjs"))))
    })
  )

  it.effect("keeps no asynchronous context of Node's for its fibers, as rolldown.config says", () =>
    Effect.gen(function* () {
      const { app } = yield* Shared
      const program = readFileSync(join(dirname(app.file), "program.cjs"), "latin1")
      assert.isFalse(program.includes("AsyncResource"))
    })
  )

  it.effect("runs without its cache, and keeps one in the user's folder for caches", () =>
    Effect.gen(function* () {
      const caches = yield* folderWith({})
      const without = answer((_, cache) => rmSync(cache), caches)
      yield* without
      const kept = readdirSync(join(caches, "sockets-client-server"), { recursive: true })
      assert.isAbove(kept.length, 1)
      yield* without
    })
  )

  it.effect("runs without any cache where the user's folder for caches cannot be written", () =>
    Effect.flatMap(folderWith({ file: "" }), (folder) =>
      answer((_, cache) => rmSync(cache), join(folder, "file"))
    )
  )

  it.effect(
    "runs with a cache that has a wrong byte in the middle, which V8 would end it for",
    () =>
      answer((_, cache) => {
        const bytes = readFileSync(cache)
        bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 16)
        writeFileSync(cache, bytes)
      })
  )

  it.effect("runs with half of its cache", () =>
    answer((_, cache) => {
      const bytes = readFileSync(cache)
      writeFileSync(cache, bytes.subarray(0, bytes.length / 2))
    })
  )

  it.effect("says in one sentence which of its files is missing", () =>
    Effect.gen(function* () {
      const { app } = yield* Shared
      const folder = yield* folderWith({})
      const run = Effect.fnUntraced(function* (...words: ReadonlyArray<string>) {
        const env = { LANG: "en", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }
        const { ended } = yield* start(process.execPath, [join(folder, "app.cjs"), ...words], {
          cwd: folder,
          env
        })
        const { code, stderr } = yield* ended
        return { code, stderr }
      })
      copyFileSync(app.file, join(folder, "app.cjs"))
      assert.deepStrictEqual(yield* run("--version"), {
        code: 1,
        stderr: "Falta program.cjs ao lado de app.cjs / program.cjs is missing beside app.cjs.\n"
      })
      copyFileSync(join(dirname(app.file), "program.cjs"), join(folder, "program.cjs"))
      assert.deepStrictEqual(yield* run("serve", "--port", "0", "--store", "s3://b"), {
        code: 1,
        stderr: "The file s3.cjs is missing beside the program; without it there is no --store.\n"
      })
    })
  )

  it.effect("runs from a folder in which nothing can be written, and writes nothing", () =>
    answer((folder) => chmodSync(folder, 0o555))
  )
})
