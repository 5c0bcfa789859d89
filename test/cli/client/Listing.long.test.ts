import { assert, describe, layer } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { readFileSync } from "node:fs"
import type { FileName } from "../../../src/domain/FileName.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { App, type Ended, start } from "../../support/programs/App.ts"
import { serve } from "../../support/programs/TestServer.ts"
import * as Proxy from "../../support/fakes/Proxy.ts"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../support/values/Names.ts"

const pageSize = 100_000
const pages = 50

/** A page of a listing without end, whose names go on where those of the page before ended. */
const page = (number: number): string => {
  const names = Array.from({ length: pageSize }, (_, index) => {
    const name = String(number * pageSize + index).padStart(20, "0")
    return `$${name.length}\r\n${name}\r\n`
  })
  return `*${pageSize}\r\n${names.join("")}`
}

/** The most memory that a process ever held, in MiB. */
const peakOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

const numbered = (count: number): ReadonlyArray<FileName> =>
  Array.from({ length: count }, (_, index) => fileName(`n${String(index).padStart(6, "0")}`))

const linesOf = ({ stdout }: Ended): ReadonlyArray<string> => stdout.split("\n").slice(0, -1)

/** `listar_arquivos`, asked through a proxy of a server with these names. */
const clientOf = Effect.fnUntraced(function* (names: ReadonlyArray<FileName>) {
  const app = yield* App
  const files = new Map(names.map((name) => [name, { bytes: Buffer.from(name), modified: 0 }]))
  const proxy = yield* Proxy.make(yield* serve(MemoryFileStore.layer(files)))
  const cwd = yield* temporaryFolder
  const words = ["client", "--port", String(proxy.address.port), "--cmd", "listar_arquivos"]
  return {
    proxy,
    run: (...more: ReadonlyArray<string>) => app.run([...words, ...more], { cwd })
  }
})

layer(App.layer)("a listing of five million names", (it) => {
  for (const flags of ["", "--json"]) {
    it.effect.skipIf(process.platform !== "linux")(
      `takes the client no more memory than a few pages of it: ${flags}`,
      () =>
        Effect.gen(function* () {
          const { file } = yield* App
          const cwd = yield* temporaryFolder
          const done = yield* Deferred.make<void>()
          let asked = 0
          const { address } = yield* FakeServer.make({
            answers: () => {
              if (asked === pages) Deferred.doneUnsafe(done, Effect.void)
              return asked < pages ? page(asked++) : ""
            }
          })
          const client = `exec "${process.execPath}" "${file}" client --port ${address.port}`
          const command = `${client} ${flags} --cmd listar_arquivos > /dev/null`
          const { pid } = yield* start("sh", ["-c", command], { cwd })
          yield* Deferred.await(done)
          assert.isBelow(peakOf(pid), 450)
        })
    )
  }
})

layer(App.layer)("listar_arquivos", (it) => {
  it.effect("prints all of 150,000 names, and asks for them by pages", () =>
    Effect.gen(function* () {
      const names = numbered(150_000)
      const { proxy, run } = yield* clientOf(names)
      assert.deepStrictEqual(linesOf(yield* run()), names)
      const pages = proxy.asked.flatMap((request) =>
        request._tag === "List" ? [request.limit] : []
      )
      assert.isAbove(pages.length, 1)
      assert.isTrue(pages.every((limit) => limit !== undefined))
      const json = yield* run("n00000*", "--json")
      assert.deepStrictEqual(JSON.parse(json.stdout), names.slice(0, 10))
    })
  )

  it.effect("prints a last page that is full once", () =>
    Effect.gen(function* () {
      const names = numbered(200_000)
      const { run } = yield* clientOf(names)
      assert.deepStrictEqual(linesOf(yield* run()), names)
    })
  )

  describe("--long of a server that knows no list with details, where a connection is lost,", () => {
    const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`
    const row = (name: string): string => String.raw` +7 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}${name}\n`

    /** Asks a server that loses the connection on which the details of `lost` are asked for, so many times. */
    const ask = Effect.fnUntraced(function* (lost: string, times: number, retries: string) {
      const app = yield* App
      let left = times
      const { address } = yield* FakeServer.make({
        answers: (request) => {
          if (request._tag === "List" && request.fields === undefined)
            return `*3\r\n${["a", "b", "c"].map(bulk).join("")}`
          if (request._tag !== "Describe") return "-ERR no\r\n"
          return request.name === lost && left-- > 0
            ? FakeServer.breaks("")
            : FakeServer.detailsReply(7)
        }
      })
      const words = ["client", "--port", String(address.port), "--retries", retries]
      return yield* app.run([...words, "--cmd", "listar_arquivos", "--long"], {
        cwd: yield* temporaryFolder
      })
    })

    it.effect("exits 3, and no row of it is without its date", () =>
      Effect.gen(function* () {
        for (const lost of ["a", "b", "c"]) {
          const { code, stderr, stdout } = yield* ask(lost, 1, "0")
          assert.strictEqual(code, 3, lost)
          assert.match(stderr, /^A conexão com \S+ caiu\.\n$/)
          assert.match(stdout, new RegExp(`^(${row("[abc]")})*$`))
          assert.notInclude(stdout, `  ${lost}\n`)
        }
      })
    )

    it.effect("has every row where the connection is made again", () =>
      Effect.gen(function* () {
        const { code, stdout } = yield* ask("b", 2, "5")
        assert.strictEqual(code, 0)
        assert.match(stdout, new RegExp(`^${row("a")}${row("b")}${row("c")}$`))
      })
    )
  })
})
