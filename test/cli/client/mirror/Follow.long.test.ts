/** `app client --mirror --follow` through restarts of the server: each time, and each change after it, within a second. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { App } from "../../../support/programs/App.ts"
import { freePort } from "../../../support/programs/FreePort.ts"
import { filesIn } from "../../../support/programs/MirrorTrial.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"

const restarts = 20

layer(App.layer, { excludeTestServices: true })("app client --mirror --follow", (it) => {
  it.effect(
    "is as the server is through 20 restarts of it, and then within a second of each change",
    () =>
      Effect.gen(function* () {
        const app = yield* App
        const place = yield* folderWith({ "shared/first": "1" })
        const port = String(yield* freePort())
        const serving = app.start(["serve", "shared", "--port", port], { cwd: place })
        let server = yield* serving
        yield* server.says("stderr", /\d\. .*\n/)
        const following = yield* app.start(
          ["client", "--port", port, "--json", "--delete", "--mirror", "target", "--follow"],
          { cwd: place }
        )
        const does = (action: string, name: string) =>
          following.says("stdout", new RegExp(`"action":"${action}","name":"${name}".*\n`))
        yield* does("new", "first")
        const waits: Array<number> = []
        const timed = Effect.fnUntraced(function* (action: string, name: string, act: () => void) {
          act()
          const began = performance.now()
          yield* does(action, name)
          waits.push(performance.now() - began)
        })
        const path = (name: string) => join(place, "shared", name)
        for (let round = 0; round < restarts; round++) {
          yield* server.kill(round % 2 === 0 ? "SIGKILL" : "SIGTERM")
          yield* server.ended
          fs.writeFileSync(path(`down${round}`), `${round}`)
          server = yield* serving
          yield* does("new", `down${round}`)
          yield* timed("new", `up${round}`, () => fs.writeFileSync(path(`up${round}`), "1"))
          yield* timed("changed", `up${round}`, () => fs.writeFileSync(path(`up${round}`), "22"))
          yield* timed("deleted", `down${round}`, () => fs.rmSync(path(`down${round}`)))
        }
        assert.deepStrictEqual(filesIn(join(place, "target")), filesIn(join(place, "shared")))
        for (const name of filesIn(join(place, "shared")))
          assert.deepStrictEqual(
            fs.readFileSync(join(place, "target", name)),
            fs.readFileSync(path(name))
          )
        const sorted = waits.toSorted((one, other) => one - other)
        console.log(
          `a change is there after ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms, at most ${sorted.at(-1)?.toFixed(0)}`
        )
        // One of all may meet a machine that is busy with something else.
        assert.isBelow(sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN, 1000)
      })
  )
})
