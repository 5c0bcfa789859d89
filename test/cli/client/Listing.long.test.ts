import { assert, layer } from "@effect/vitest"
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
})
