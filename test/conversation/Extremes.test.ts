/** Files beyond what numbers and dates of JavaScript can tell, over every face: nothing is told wrong, and nobody is cut off. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fetchRaw } from "../support/peers/Http.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { App } from "../support/programs/App.ts"
import { bulk, request } from "../support/values/Bytes.ts"

/** Of Linux: a file system whose sizes and times have 64 bits. */
const memory = "/dev/shm"
const unavailable = "-UNAVAILABLE Armazenamento indispon\xc3\xadvel; tente novamente.\r\n"

/** The last moment of JavaScript's dates, and the first. */
const last = "+275760-09-13T00:00:00.000Z"
const first = "-271821-04-20T00:00:00.000Z"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(memory, "sockets-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** A server of files with these names, and how to ask it. */
const served = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const app = yield* App
  const cwd = yield* folder
  for (const name of names) writeFileSync(join(cwd, name), "um")
  const { address, process } = yield* app.serve(["--dir", cwd], { cwd })
  const client = yield* RawSocket.connect(address)
  return {
    cwd,
    process,
    ask: Effect.fnUntraced(function* (...words: ReadonlyArray<string>) {
      yield* client.send(request(...words))
      yield* client.send(request("PING"))
      const told = yield* client.takeThrough("+PONG\r\n")
      return told.slice(0, -"+PONG\r\n".length)
    }),
    fetch: (target: string, method = "GET") => fetchRaw(address, target, { method }),
    list: app.run(
      ["client", "--port", String(address.port), "--cmd", "listar_arquivos", "--long"],
      { cwd }
    )
  }
})

layer(App.layer, { timeout: "1 minute" })("a file", (it) => {
  it.effect.skipIf(!existsSync(memory))(
    "of a time beyond JavaScript's dates has the last or the first there is",
    () =>
      Effect.gen(function* () {
        const { ask, cwd, fetch, list } = yield* served(["early", "late"])
        // Node takes none before 1970 for a time.
        execFileSync("touch", ["-d", "@-8640000000001", join(cwd, "early")])
        execFileSync("touch", ["-d", "@8640000000001", join(cwd, "late")])
        for (const [name, time] of [
          ["early", first],
          ["late", last]
        ] as const) {
          assert.include(yield* ask("DETALHES", name), bulk("modificado") + bulk(time))
          assert.strictEqual(yield* ask("GET", name), bulk("um"))
          const { body, fields, status } = yield* fetch(`/${name}`)
          assert.deepStrictEqual([status, body], [200, "um"])
          assert.isTrue(Date.parse(fields.get("last-modified") ?? "") <= Date.now() + 1000)
          assert.include((yield* fetch("/?formato=json")).body, `"${time}"`)
        }
        assert.include(yield* ask("LISTAR", "*", "COM", "detalhes"), bulk(first))
        const { code, stderr, stdout } = yield* list
        assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
        assert.match(stdout, /^.*-271821-.* early\n.*275760-.* late\n$/)
      })
  )

  it.effect.skipIf(!existsSync(memory))(
    "whose size no number holds exactly is unavailable, and no list tells of its size",
    () =>
      Effect.gen(function* () {
        const { ask, cwd, fetch, list, process } = yield* served(["a", "huge", "largest"])
        execFileSync("truncate", ["--size", String(2n ** 53n + 1n), join(cwd, "huge")])
        execFileSync("truncate", ["--size", String(2n ** 53n - 1n), join(cwd, "largest")])
        for (const words of [
          ["DETALHES", "huge"],
          ["STRLEN", "huge"],
          ["EXISTS", "huge"],
          ["GETRANGE", "huge", "0", "1"],
          ["SOMA", "huge"],
          ["GET", "huge"]
        ]) {
          assert.strictEqual(yield* ask(...words), unavailable, words.join(" "))
        }
        assert.strictEqual(yield* ask("STRLEN", "largest"), ":9007199254740991\r\n")
        assert.strictEqual(yield* ask("GETRANGE", "largest", "9007199254740990", "-1"), bulk("\0"))
        assert.strictEqual((yield* fetch("/huge", "HEAD")).status, 503)
        const head = yield* fetch("/largest", "HEAD")
        assert.strictEqual(head.fields.get("content-length"), "9007199254740991")
        const json = (yield* fetch("/?formato=json")).body
        assert.include(json, '"tamanho":9007199254740991')
        assert.notInclude(json, "huge")
        assert.notInclude(yield* ask("LISTAR", "*", "COM", "detalhes"), "huge")
        const { code, stdout } = yield* list
        assert.strictEqual(code, 0)
        assert.notInclude(stdout, "huge")
        yield* process.says("stderr", /storage\.failed .*name=huge .*9007199254740993 bytes/)
      })
  )
})
