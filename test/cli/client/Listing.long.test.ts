import { assert, layer } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { readFileSync } from "node:fs"
import { App, start } from "../../support/programs/App.ts"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

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
