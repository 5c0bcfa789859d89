/** A server that sends, but hardly: half a kilobyte a second, by a real server's own limit. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { App } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { contents, noise } from "../../support/Transfers.ts"

/** More than is sent in one piece, and more than a minute at this server's rate. */
const large = noise(1, 512 * 1024)
const names = Array.from({ length: 3000 }, (_, index) => `lista/relatorio-${1000 + index}.txt`)

layer(App.layer, { excludeTestServices: true, timeout: "2 minutes" })(
  "a server that drips",
  (it) => {
    it.effect("is given up after half a minute, unless --min-rate is content with it", () =>
      Effect.gen(function* () {
        const { serve, start } = yield* App
        const files = Object.fromEntries(names.map((name) => [name, ""]))
        const folders = [yield* folderWith({ grande: large }), yield* folderWith(files)] as const
        const [file, list] = yield* Effect.forEach(folders, (cwd) =>
          serve(["--max-rate", "512"], { cwd })
        )
        const ask = Effect.fnUntraced(function* (port = 0, ...words: ReadonlyArray<string>) {
          const cwd = yield* temporaryFolder
          const options = ["client", "--port", String(port), "--quiet", "--retries", "0"]
          return { cwd, running: yield* start([...options, ...words], { cwd }) }
        })
        const sentence = (at = 0) =>
          `O servidor 127.0.0.1:${at} mandou menos de 1.0 KiB/s por 30 s; veja --min-rate.\n`
        const fetch = ["--cmd", "enviar_arquivo", "grande"]
        const ports = [file?.address.port, list?.address.port]
        const given = yield* ask(ports[0], ...fetch)
        const kept = yield* ask(ports[0], "--min-rate", "256", ...fetch)
        const listed = yield* ask(ports[1], "--cmd", "listar_arquivos", "--json")
        const endOfKept = yield* Effect.forkChild(kept.running.ended)

        const { code, stderr, stdout } = yield* given.running.ended
        assert.deepStrictEqual([code, stderr, stdout], [3, sentence(ports[0]), ""])
        // What has arrived is there for the next run.
        assert.match(contents(given.cwd).join(), /^\.grande\.[0-9a-f.]+\.left\.part$/)
        const end = yield* listed.running.ended
        assert.deepStrictEqual([end.code, end.stderr], [3, sentence(ports[1])])
        assert.isUndefined(endOfKept.pollUnsafe())
        yield* kept.running.kill("SIGTERM")
        assert.strictEqual((yield* Fiber.join(endOfKept)).code, 130)
      })
    )
  }
)
