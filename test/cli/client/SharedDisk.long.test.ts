/** The disk that a client saves to is not its own: other clients write there too, and the file system has its ways. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Proxy from "../../support/fakes/Proxy.ts"
import { Shared, start } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { contents, noise } from "../../support/Transfers.ts"

const MiB = 1024 * 1024
const bytes = noise(1, 6 * MiB)

/** As in a container: the client is process 1 there, and sees no other. */
const container = ["unshare", "--pid", "--fork", "--kill-child"]
const canUnshare = spawnSync("unshare", [...container.slice(1), "true"]).status === 0

/** As on FAT, over CIFS or FUSE. */
const refusing = (call: string, error: string) => [
  "strace",
  "--follow-forks",
  "--output=/dev/null",
  `--trace=${call}`,
  `--inject=${call}:error=${error}`
]
const canTrace = spawnSync("strace", [...refusing("fsync", "EINVAL").slice(1), "true"]).status === 0

const setUp = Effect.gen(function* () {
  const { app, port } = yield* Shared
  const proxy = yield* Proxy.make({ host: "127.0.0.1", port })
  const cwd = yield* temporaryFolder
  const client = (
    [program = "", ...words]: ReadonlyArray<string>,
    ...more: ReadonlyArray<string>
  ) =>
    start(
      program,
      [...words, process.execPath, app.file, "client", "--port", String(proxy.address.port)].concat(
        ["--cmd", "enviar_arquivo", ...more]
      ),
      { cwd }
    )
  return { proxy, cwd, client, app }
})

layer(Shared.layer(folderWith({ "big.bin": bytes, "small.bin": bytes.subarray(0, 1000) })), {
  timeout: "1 minute"
})("app client --cmd enviar_arquivo", (it) => {
  it.effect.skipIf(!canUnshare)(
    "from two containers to one volume succeeds twice, and the file is whole [skipped where no namespace may be made]",
    () =>
      Effect.gen(function* () {
        for (const flags of [[], ["--no-verify"]]) {
          const { client, cwd, proxy } = yield* setUp
          const held = [proxy.hold(MiB), proxy.hold(2 * MiB)] as const
          const first = yield* client(container, "big.bin", ...flags)
          yield* held[0].reached
          const second = yield* client(container, "big.bin", ...flags)
          yield* held[1].reached
          yield* held[1].release
          yield* held[0].release
          for (const running of [first, second]) {
            const { code, stderr, stdout } = yield* running.ended
            assert.deepStrictEqual(
              { code, stdout, stderr },
              { code: 0, stdout: "big.bin\n", stderr: "" }
            )
          }
          assert.deepStrictEqual(contents(cwd), ["big.bin"])
          assert.isTrue(readFileSync(join(cwd, "big.bin")).equals(bytes))
        }
      })
  )

  for (const { call, error, what } of [
    { call: "utimensat", error: "EPERM", what: "não aceitou a data da modificação" },
    { call: "fsync", error: "EINVAL", what: "não confirma que já o guardou" }
  ]) {
    it.effect.skipIf(!canTrace)(
      `keeps the file where the file system answers ${call} with ${error}, and says so [skipped where nothing may be traced]`,
      () =>
        Effect.gen(function* () {
          const { client, cwd } = yield* setUp
          for (const [name, size] of [
            ["big.bin", bytes.length],
            ["small.bin", 1000]
          ] as const) {
            const { code, stderr, stdout } = yield* (yield* client(refusing(call, error), name))
              .ended
            assert.deepStrictEqual(
              { code, stdout, stderr },
              {
                code: 0,
                stdout: `${name}\n`,
                stderr: `${name} está gravado, mas o disco ${what}.\n`
              }
            )
            assert.isTrue(readFileSync(join(cwd, name)).equals(bytes.subarray(0, size)))
          }
          assert.deepStrictEqual(contents(cwd), ["big.bin", "small.bin"])
        })
    )
  }
})
