import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Address } from "../../src/server/Listener.ts"
import { request } from "../support/Bytes.ts"
import type { Held } from "../support/probe.ts"
import * as RawSocket from "../support/RawSocket.ts"
import { folderWith } from "../support/TemporaryFolder.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** `app serve` on a free port, with a probe in its process that measures it from within. */
const start = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(join(root, "src", "main.ts"), ["serve", "--port", "0", "--dir", folder], {
        cwd: root,
        execArgv: ["--expose-gc", "--import", join(root, "test", "support", "probe.ts")],
        stdio: ["ignore", "ignore", "pipe", "ipc"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const exitCode = (child: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

const addressOf = (child: ChildProcess) =>
  Effect.callback<Address>((resume) => {
    let said = ""
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text
      const port = / 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resume(Effect.succeed({ host: "127.0.0.1", port: Number(port) }))
    })
    child.once("exit", () => resume(Effect.die(new Error(`the server did not start: ${said}`))))
  })

const decodeHeld = Schema.decodeUnknownSync(
  Schema.Struct({
    heap: Schema.Number,
    fibers: Schema.Number,
    sockets: Schema.Number,
    resources: Schema.Array(Schema.String)
  })
)

const measure = (child: ChildProcess) =>
  Effect.callback<Held>((resume) => {
    child.once("message", (held) => resume(Effect.succeed(decodeHeld(held))))
    child.send("measure")
  })

/** A file that leaves in one write, and one that is sent as it is read. */
const files = { "small.txt": "small", "large.bin": "x".repeat(200_000) }

/** Each question with the whole of its answer. */
const questions: ReadonlyArray<readonly [request: string, answer: RegExp]> = [
  [request("hora_atual"), /^\$8\r\n\d\d:\d\d:\d\d\r\n$/],
  [request("listar_arquivos"), /^\*2\r\n\$9\r\nlarge\.bin\r\n\$9\r\nsmall\.txt\r\n$/],
  [request("enviar_arquivo", "small.txt"), /^\*2\r\n\$9\r\nsmall\.txt\r\n\$5\r\nsmall\r\n$/],
  [
    request("enviar_arquivo", "large.bin"),
    /^\*2\r\n\$9\r\nlarge\.bin\r\n\$200000\r\nx{200000}\r\n$/
  ],
  [request("enviar_arquivo", "nada"), /^-NOTFOUND .+\r\n$/],
  [request("finalizar_conexao"), /^\+Adeus!\r\n$/]
]

/** Asks over a connection of its own, closes our end, and reads until the server closes its own. */
const ask = (address: Address, index: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const [question, answer] = questions[index % questions.length] ?? ["", /^$/]
      const socket = yield* RawSocket.connect(address, { allowHalfOpen: true })
      yield* socket.send(question)
      yield* socket.end
      const all = yield* socket.rest
      assert.isTrue(answer.test(all), `${question} was answered ${all.slice(0, 100)}`)
    })
  )

const askAll = (address: Address, count: number) =>
  Effect.forEach(Array.from({ length: count }).keys(), (index) => ask(address, index), {
    concurrency: 50,
    discard: true
  })

describe("a server asked 10,000 questions over fresh connections", () => {
  it.live("holds no fiber, no socket and no memory of them, and exits 0 on SIGTERM", () =>
    Effect.gen(function* () {
      const child = yield* start(yield* folderWith(files))
      const address = yield* addressOf(child)
      yield* askAll(address, 1_000)
      // The first collections also free what starting up has left; what is held then no longer falls.
      yield* measure(child)
      yield* askAll(address, 1_000)
      const before = yield* measure(child)
      yield* askAll(address, 10_000)
      const after = yield* measure(child)

      assert.strictEqual(after.fibers, before.fibers)
      assert.strictEqual(after.sockets, before.sockets)
      assert.notInclude(after.resources, "TCPSocketWrap")
      assert.deepStrictEqual(after.resources, before.resources)
      assert.isAtMost(
        after.heap,
        before.heap * 1.1,
        `${before.heap} bytes before, ${after.heap} after`
      )

      child.kill("SIGTERM")
      assert.strictEqual(yield* exitCode(child), 0)
    })
  )
})
