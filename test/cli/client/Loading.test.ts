/** What a question loads of the program: a bundle like the one that people run says itself which of its files have run. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { join, relative } from "node:path"
import { build, type Plugin, type RolldownOptions } from "rolldown"
import config from "../../../rolldown.config.ts"
import { App, root, start } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

/** Has each file of `src` put itself on a list when it has run, and the process print the list as it ends. */
const listing: Plugin = {
  name: "listing",
  transform(code, id) {
    const file = relative(root, id)
    if (!file.startsWith("src/")) return undefined
    const atExit = `process.once("exit", () =>
      process.getBuiltinModule("node:fs").writeSync(2, globalThis.ran.join(" ")))`
    return `${code}
      ;(globalThis.ran ??= []).push("${file}")
      ${file === "src/main.ts" ? atExit : ""}`
  }
}

/** The program, built as rolldown.config.ts says but for the list. */
const buildListing = Effect.fnUntraced(function* (folder: string) {
  const options: ReadonlyArray<RolldownOptions> = config
  for (const { output, ...input } of options) {
    if (output === undefined || Array.isArray(output)) continue
    yield* Effect.promise(() =>
      build({
        ...input,
        cwd: root,
        plugins: [listing],
        output: { ...output, dir: folder, minify: false }
      })
    )
  }
  return join(folder, "app.cjs")
})

/** What a question has no use for. */
const answers = /^src\/(?:server|guard|net|services|telemetry|http|Router\.ts)/

describe("a question", () => {
  layer(App.layer, { timeout: "1 minute" })((it) => {
    it.effect(
      "loads no file of server, guard, net or services",
      () =>
        Effect.gen(function* () {
          const { serve } = yield* App
          const app = yield* buildListing(yield* temporaryFolder)
          const cwd = yield* folderWith({ "DB/a.txt": "um" })
          const { address } = yield* serve([], { cwd })
          const ranBy = Effect.fnUntraced(function* (words: ReadonlyArray<string>) {
            const { ended } = yield* start("node", [app, ...words], { cwd })
            const { code, stderr, stdout } = yield* ended
            return {
              code,
              stdout,
              files: stderr.split(/\s+/).filter((file) => file.startsWith("src/"))
            }
          })
          const asked = yield* ranBy([
            "client",
            "--port",
            String(address.port),
            "--cmd",
            "hora_atual"
          ])
          assert.match(asked.stdout, /^\d\d:\d\d:\d\d\n$/)
          assert.include(asked.files, "src/client/Connection.ts")
          assert.deepStrictEqual(
            asked.files.filter((file) => answers.test(file)),
            []
          )
          // The list would have them: a server that cannot start has loaded what it would run.
          const served = yield* ranBy(["serve", "--dir", "nowhere"])
          assert.strictEqual(served.code, 1)
          assert.includeMembers(served.files, [
            "src/server/Server.ts",
            "src/guard/ConnectionLimiter.ts",
            "src/net/Listener.ts",
            "src/services/Clock.ts"
          ])
        }),
      // It builds the program anew.
      60_000
    )
  })
})
