/** `app client --cmd acompanhar`: what it prints, where it goes on, and how it ends. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import { App } from "../../../support/programs/App.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import { entry, fileEntry, infoReply, readReply } from "../../../support/values/StreamReplies.ts"

const started = Effect.fnUntraced(function* (
  answers: ReadonlyArray<FakeServer.Answer>,
  words: ReadonlyArray<string>
) {
  const app = yield* App
  const { address, asked } = yield* FakeServer.make({ answers })
  const cwd = yield* temporaryFolder
  const all = ["client", "--port", String(address.port), ...words]
  return { asked, client: yield* app.start(all, { cwd, env: { APP_LANG: "pt" } }) }
})

const news = readReply(
  3,
  fileEntry("17-5", "criado", "a\x1b[2J.txt"),
  fileEntry("17-6", "alterado", "pasta/ç\x9b.txt"),
  entry("17-7", "op", "refazer"),
  entry("17-8", "op", "apagado", "nome", "b.txt")
)

layer(App.layer)("acompanhar", (it) => {
  it.effect("prints a line a change, names escaped, until Ctrl-C, and says how to go on", () =>
    Effect.gen(function* () {
      const { client } = yield* started(
        [infoReply(3, "17-4"), "_\r\n", news],
        ["--cmd", "acompanhar"]
      )
      yield* client.says("stdout", /b\.txt\n/)
      yield* client.kill("SIGINT")
      const { code, stderr, stdout } = yield* client.ended
      assert.strictEqual(
        stdout,
        "criado    a\\x1b[2J.txt\nalterado  pasta/ç\\x9b.txt\napagado   b.txt\n"
      )
      assert.include(stderr, "Mudanças podem ter passado despercebidas: olhe tudo de novo.\n")
      assert.include(stderr, "Para continuar daqui: --since 17-8\n")
      assert.strictEqual(code, 130)
    }).pipe(Effect.scoped)
  )

  it.effect("says nothing but the changes with --quiet", () =>
    Effect.gen(function* () {
      const { client } = yield* started(
        [news],
        ["--quiet", "--since", "17-4", "--cmd", "acompanhar"]
      )
      yield* client.says("stdout", /b\.txt\n/)
      yield* client.kill("SIGINT")
      assert.strictEqual((yield* client.ended).stderr, "")
    }).pipe(Effect.scoped)
  )

  it.effect("tells of a file that comes, changes and goes in a folder that is served", () =>
    Effect.gen(function* () {
      const app = yield* App
      const folder = yield* temporaryFolder
      const { address } = yield* app.serve(["--dir", folder], { cwd: folder })
      const client = yield* app.start(
        ["client", "--port", String(address.port), "--since", "0", "--cmd", "acompanhar"],
        { cwd: folder, env: { APP_LANG: "pt" } }
      )
      // The place is no longer in the log, and whoever was told so is told of all that comes then.
      yield* client.says("stderr", /olhe tudo de novo/)
      for (const [content, line] of [
        ["1", /^criado .*\n/m],
        ["22", /^alterado .*\n/m]
      ] as const) {
        writeFileSync(join(folder, ".ao lado"), content)
        renameSync(join(folder, ".ao lado"), join(folder, "ação.txt"))
        yield* client.says("stdout", line)
      }
      rmSync(join(folder, "ação.txt"))
      yield* client.says("stdout", /^apagado .*\n/m)
      yield* client.kill("SIGINT")
      const { code, stdout } = yield* client.ended
      assert.strictEqual(stdout, "criado    ação.txt\nalterado  ação.txt\napagado   ação.txt\n")
      assert.strictEqual(code, 130)
    }).pipe(Effect.scoped)
  )

  it.effect("prints a line of JSON a change, of those that match, from a place on", () =>
    Effect.gen(function* () {
      const { client } = yield* started(
        [news],
        ["--json", "--quiet", "--since", "17-4", "--cmd", "ACOMPANHAR", "pasta/*", "b*"]
      )
      yield* client.says("stdout", /b\.txt"\}\n/)
      yield* client.kill("SIGINT")
      const { code, stderr, stdout } = yield* client.ended
      assert.deepStrictEqual(stdout.split("\n"), [
        '{"id":"17-6","op":"alterado","nome":"pasta/ç\\u009b.txt","tamanho":1,"modificado":"2024-03-09T12:34:56.789Z","versao":"v"}',
        '{"id":"17-7","op":"refazer"}',
        '{"id":"17-8","op":"apagado","nome":"b.txt"}',
        ""
      ])
      assert.strictEqual(stderr, "")
      assert.strictEqual(code, 130)
    }).pipe(Effect.scoped)
  )

  it.effect.each([
    "-ERR Comando desconhecido. (unknown command 'XINFO')\r\n",
    "-ERR no such key\r\n",
    "-NOCHANGES Este servidor não acompanha mudanças.\r\n"
  ])("says that a server does not tell of changes: %s", (refusal) =>
    Effect.gen(function* () {
      const { client } = yield* started([refusal], ["--cmd", "acompanhar"])
      const { code, stderr, stdout } = yield* client.ended
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.strictEqual(stderr, "Este servidor não conta o que muda.\n")
    }).pipe(Effect.scoped)
  )

  it.effect("takes no place that is none, and none for another command", () =>
    Effect.gen(function* () {
      for (const [words, sentence] of [
        [["--since", "ontem", "--cmd", "acompanhar"], /--since leva o id/],
        [["--since", "17-4", "--cmd", "hora_atual"], /--since só vale/],
        [["--since", "17-4"], /--since só vale/]
      ] as const) {
        const { client } = yield* started([], words)
        const { code, stderr } = yield* client.ended
        assert.strictEqual(code, 2)
        assert.match(stderr, sentence)
      }
    }).pipe(Effect.scoped)
  )
})
