import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import { App } from "../../../support/programs/App.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

const bulk = (latin1: string): string => `$${latin1.length}\r\n${latin1}\r\n`

layer(App.layer, { excludeTestServices: true })("a server whose listing never ends", (it) => {
  it.effect("is left after a million files, with a sentence, and nothing is done", () =>
    Effect.gen(function* () {
      const app = yield* App
      const cwd = yield* temporaryFolder
      let listed = 0
      const file = (): string => {
        listed += 1
        return (
          `%4\r\n${bulk("nome")}${bulk(String(listed).padStart(12, "0"))}${bulk("tamanho")}:0\r\n`
          + `${bulk("modificado")}${bulk("2001-02-03T04:05:06.789Z")}${bulk("versao")}${bulk("1")}`
        )
      }
      const { address } = yield* FakeServer.make({
        answers: (request) =>
          request._tag === "List"
            ? `*10000\r\n${Array.from({ length: 10_000 }, file).join("")}`
            : "-ERR no\r\n"
      })
      const port = String(address.port)
      const words = ["client", "--lang", "en", "--port", port, "--mirror", "target", "--delete"]
      const ended = yield* app.run(words, { cwd })
      assert.deepStrictEqual(
        [ended.code, ended.stderr],
        [1, "The server lists more than 1000000 files. Nothing was done.\n"]
      )
      assert.deepStrictEqual(fs.readdirSync(join(cwd, "target")), [])
    })
  )
})
