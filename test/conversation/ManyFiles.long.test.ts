/** Ten thousand small files in one run of the real client: all of them whole, over two connections at most. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { App } from "../support/programs/App.ts"
import * as Proxy from "../support/fakes/Proxy.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { contents, noise } from "../support/Transfers.ts"

const count = 10_000

layer(App.layer, { timeout: "1 minute" })("ten thousand files", (it) => {
  it.effect(
    "of 1 KiB arrive whole, over two connections at most, and once more are all the same",
    () =>
      Effect.gen(function* () {
        const app = yield* App
        const names = Array.from({ length: count }, (_, index) => `pasta${index % 20}/${index}.bin`)
        const bytes = noise(1, count + 1024)
        const contentOf = (index: number) => bytes.subarray(index, index + 1024)
        const shared = yield* folderWith(
          Object.fromEntries(names.map((name, index) => [name, contentOf(index)]))
        )
        const { address } = yield* app.serve(["--dir", shared], { cwd: shared })
        const proxy = yield* Proxy.make(address)
        const cwd = yield* temporaryFolder
        const run = (...flags: ReadonlyArray<string>) =>
          Effect.gen(function* () {
            const began = performance.now()
            const words = ["client", "--port", String(proxy.address.port), ...flags]
            const ended = yield* app.run([...words, "--cmd", "enviar_arquivo", "**"], { cwd })
            const seconds = ((performance.now() - began) / 1000).toFixed(1)
            console.log(`${count} files of 1 KiB ${flags.join(" ")}: ${seconds} s`)
            return ended
          })
        const ended = yield* run()
        assert.deepStrictEqual([ended.code, ended.stderr], [0, `Recebidos: ${count}.\n`])
        assert.isAtMost(proxy.connections(), 2)
        for (const [index, name] of names.entries()) {
          assert.isTrue(readFileSync(join(cwd, name)).equals(contentOf(index)), name)
        }
        assert.lengthOf(contents(cwd), count + 20)
        const again = yield* run()
        assert.strictEqual(again.code, 0)
        assert.match(again.stderr, /^Recebidos: 0; iguais: 10000\.$/m)
        const unverified = yield* run("--no-verify", "--output", "outra/")
        assert.deepStrictEqual([unverified.code, unverified.stderr], [0, `Recebidos: ${count}.\n`])
      })
  )
})
