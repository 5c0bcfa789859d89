/** `app serve --workers N`, as processes: who serves, who takes the place of whom, and how all end. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { availableParallelism } from "node:os"
import { App, type Ended } from "../../support/programs/App.ts"
import { request } from "../../support/values/Bytes.ts"
import { childrenOf, socketsOf } from "../../support/programs/Processes.ts"
import { type Reply, readReply, textOf } from "../../support/peers/Replies.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith, writeFiles } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"
import { cutOff, info, ping, serve } from "../../support/programs/Workers.ts"

const folder = folderWith({ "DB/a.txt": "conteúdo" })

const fails = ({ code, stderr, stdout }: Ended, sentence: string) =>
  assert.deepStrictEqual({ code, stdout, stderr }, { code: 1, stdout: "", stderr: `${sentence}\n` })

layer(App.layer, { timeout: "1 minute" })("app serve --workers", (it) => {
  it.effect("answers at one port with all of them, and INFO on any tells of all", () =>
    Effect.gen(function* () {
      const { clients, process } = yield* serve({ cwd: yield* folder })
      assert.lengthOf(childrenOf(process.pid), 2)
      const asking = yield* clients(6)
      // Half of them are each worker's: none is the supervisor's.
      const sockets = [...childrenOf(process.pid), process.pid].map(socketsOf)
      assert.strictEqual(sockets[0], sockets[1])
      assert.isAtLeast(sockets[0] ?? 0, 3)
      for (const [index, client] of asking.entries()) {
        const told = yield* info(client)
        assert.strictEqual(told.get("workers"), "2")
        assert.strictEqual(told.get("process_id"), String(process.pid))
        assert.strictEqual(told.get("connected_clients"), "6")
        assert.strictEqual(told.get("total_connections_received"), "6")
        assert.strictEqual(told.get("total_commands_processed"), String(6 + index + 1))
        assert.strictEqual(told.get("maxclients"), "10000")
      }
    })
  )

  it.effect("tells the same changes at the same places, one that is started later too", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const { address, clients, process } = yield* serve({ cwd })
      const asking = yield* clients(4)
      const textsIn = (reply: Reply): ReadonlyArray<string> =>
        reply._tag === "List" ? reply.items.flatMap(textsIn) : [textOf(reply)]
      const idIn = (reply: Reply) =>
        textsIn(reply).find((text) => /^[1-9]\d{12}-\d+$/.test(text)) ?? ""
      const ask = (client: RawSocket.RawSocket, ...words: ReadonlyArray<string>) =>
        Effect.andThen(client.send(request(...words)), readReply(client))
      const firstId = (client: RawSocket.RawSocket) =>
        Effect.gen(function* () {
          const [epoch = ""] = idIn(yield* ask(client, "XINFO", "STREAM", "arquivos")).split("-")
          const place = `${epoch}-0`
          return idIn(yield* ask(client, "XREAD", "BLOCK", "10000", "STREAMS", "arquivos", place))
        })
      const waiting = yield* Effect.forkChild(
        Effect.forEach(asking, firstId, { concurrency: "unbounded" })
      )
      yield* writeFiles(cwd, { "DB/b.txt": "" })
      const [id = "", ...others] = yield* Fiber.join(waiting)
      assert.match(id, /-1$/)
      assert.deepStrictEqual(others, [id, id, id])
      const [victim = -1] = childrenOf(process.pid)
      globalThis.process.kill(victim, "SIGKILL")
      yield* process.says("stderr", /worker\.replaced worker=1\n/)
      const late = yield* Effect.forEach([1, 2], () => RawSocket.connect(address))
      assert.deepStrictEqual(yield* Effect.forEach(late, firstId), [id, id])
    })
  )

  it.effect("replaces one that was killed; its connections end, others do not", () =>
    Effect.gen(function* () {
      const { address, clients, process } = yield* serve({ cwd: yield* folder })
      const asking = yield* clients(6)
      for (const client of asking) yield* info(client)
      const [victim = -1] = childrenOf(process.pid)
      globalThis.process.kill(victim, "SIGKILL")
      yield* process.says("stderr", /worker\.ended worker=1 code=null signal=SIGKILL\n/)
      const cut = yield* cutOff(asking)
      assert.lengthOf(cut, 3)
      yield* process.says("stderr", /worker\.replaced worker=1\n/)
      const one = asking.find((client) => !cut.includes(client))
      if (one === undefined) return assert.fail("nobody is left")
      const told = yield* info(one)
      assert.strictEqual(told.get("workers"), "2")
      assert.strictEqual(told.get("connected_clients"), "3")
      // What the one that is gone had told of still counts: twelve commands, three more, and this one.
      assert.strictEqual(told.get("total_commands_processed"), "16")
      const late = yield* RawSocket.connect(address)
      yield* ping(late)
    })
  )

  it.effect("says in its log which of them speaks", () =>
    Effect.gen(function* () {
      const { address, process } = yield* serve({ cwd: yield* folder })
      for (const worker of [1, 2]) {
        const browser = yield* RawSocket.connect(address)
        yield* browser.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        yield* browser.rest
        yield* process.says("stderr", new RegExp(`connection\\.closed worker=${worker} `))
      }
    })
  )

  it.effect("divides the connections there may be among them", () =>
    Effect.gen(function* () {
      const { address, clients } = yield* serve({ cwd: yield* folder }, "--max-connections", "4")
      const [one] = yield* clients(4)
      const fifth = yield* RawSocket.connect(address)
      assert.strictEqual(yield* fifth.rest, "-ERR max number of clients reached\r\n")
      if (one === undefined) return assert.fail("a client")
      assert.strictEqual((yield* info(one)).get("maxclients"), "4")
    })
  )

  it.effect("exits with one sentence where it cannot start, or may not as it is asked to", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* folder
      const { address } = yield* serve({ cwd })
      const { port } = address
      const words = ["serve", "--workers", "2", "--port", String(port)]
      fails(yield* run(words, { cwd }), `O endereço 127.0.0.1:${port} já está em uso.`)
      fails(yield* run([...words, "--dir", "x"], { cwd }), "A pasta x não existe.")
      const open = yield* run([...words, "--host", "0.0.0.0"], { cwd, env: { LANG: "en" } })
      assert.strictEqual(open.code, 1)
      assert.match(open.stderr, /^Without a password, 0\.0\.0\.0:\d+ would be open [^\n]*\n$/)
      const wrong = yield* run([...words, "--qr", "--http", "off"], { cwd })
      assert.deepStrictEqual([wrong.code, wrong.stderr], [2, "--qr pede também --http on.\n"])
    })
  )

  it.effect("lets transfers of all finish on SIGTERM, says nothing, and exits 0", () =>
    Effect.gen(function* () {
      const content = noise(1, 16 * 1024 * 1024)
      const cwd = yield* folderWith({ "DB/large": content })
      const { address, announcement, process } = yield* serve({ cwd }, "--log-level", "none")
      const taking = yield* Effect.forEach([1, 2], () => RawSocket.connect(address))
      for (const client of taking) {
        yield* client.send(request("GET", "large"))
        yield* client.takeThrough("\r\n")
        yield* client.pause
      }
      const idle = yield* Effect.forEach([1, 2], () => RawSocket.connect(address))
      for (const client of idle) yield* ping(client)
      yield* process.kill("SIGTERM")
      for (const client of idle) assert.strictEqual(yield* client.rest, "")
      for (const client of taking) {
        yield* client.resume
        assert.isTrue(content.equals(yield* client.takeBytes(content.length)))
      }
      const { code, signal, stderr } = yield* process.ended
      assert.deepStrictEqual(
        { code, signal, stderr },
        { code: 0, signal: null, stderr: announcement }
      )
    })
  )

  it.effect("goes through all names with SCAN, whichever worker answers each call", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 100 }, (_, index) => `f${index}`)
      const cwd = yield* folderWith(Object.fromEntries(names.map((name) => [`DB/${name}`, ""])))
      const { clients } = yield* serve({ cwd })
      const [one, other] = yield* clients(2)
      if (one === undefined || other === undefined) return assert.fail("two clients")
      const found: Array<string> = []
      let cursor = "0"
      let turn = 0
      do {
        const client = turn++ % 2 === 0 ? one : other
        yield* client.send(request("SCAN", cursor, "COUNT", "7"))
        yield* client.takeThrough("*2\r\n")
        yield* client.takeThrough("\r\n")
        cursor = (yield* client.takeThrough("\r\n")).trim()
        const count = Number((yield* client.takeThrough("\r\n")).slice(1))
        for (let index = 0; index < count; index++) {
          yield* client.takeThrough("\r\n")
          found.push((yield* client.takeThrough("\r\n")).trim())
        }
      } while (cursor !== "0")
      assert.sameMembers(found, names)
      assert.isAbove(turn, 10)
    })
  )

  it.effect("takes auto for the number of cores, and refuses what is no number of workers", () =>
    Effect.gen(function* () {
      const app = yield* App
      const cwd = yield* folder
      for (const value of ["0", "257", "dois"]) {
        const { code, stderr } = yield* app.run(["serve", "--workers", value], { cwd })
        assert.strictEqual(code, 2)
        assert.include(stderr, "um número inteiro de 1 a 256, ou auto")
      }
      const { address } = yield* app.serve(["--workers", "auto"], { cwd })
      const client = yield* RawSocket.connect(address)
      assert.strictEqual((yield* info(client)).get("workers"), String(availableParallelism()))
    })
  )
})
