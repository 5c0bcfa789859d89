import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import { request } from "../support/values/Bytes.ts"
import { serveProbed } from "../support/programs/ProbedServer.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

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
      const server = yield* serveProbed(yield* folderWith(files))
      const { address } = server
      yield* askAll(address, 1_000)
      // The first collections also free what starting up has left; what is held then no longer falls.
      yield* server.held
      yield* askAll(address, 1_000)
      const before = yield* server.held
      yield* askAll(address, 10_000)
      const after = yield* server.held

      assert.strictEqual(after.fibers, before.fibers)
      assert.strictEqual(after.sockets, before.sockets)
      assert.notInclude(after.resources, "TCPSocketWrap")
      assert.deepStrictEqual(after.resources, before.resources)
      assert.isAtMost(
        after.heap,
        before.heap * 1.1,
        `${before.heap} bytes before, ${after.heap} after`
      )

      yield* server.kill("SIGTERM")
      assert.strictEqual(yield* server.exitCode, 0)
    })
  )
})
