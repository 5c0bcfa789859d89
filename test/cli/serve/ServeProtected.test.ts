/** Passwords, protected mode and being told to stop, of the program as people run it. */
import { assert, layer } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, Option } from "effect"
import { chmodSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { messages } from "../../../src/cli/Messages.ts"
import { load } from "../../../src/cli/PasswordFile.ts"
import type { Address } from "../../../src/domain/Address.ts"
import { App, type Ended, type Place } from "../../support/programs/App.ts"
import { bulk, request } from "../../support/values/Bytes.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"

const secret = "correta-9f83b1"
const newer = "mais-nova-27ae41"
const wrong = "errada-550c7e"
const everySecret = /correta-9f83b1|mais-nova-27ae41|errada-550c7e/
const ping = request("PING")
const pong = "+PONG\r\n"
const mebibyte = 1024 * 1024

const refuses = ({ code, stderr, stdout }: Ended, sentence: RegExp) => {
  assert.deepStrictEqual({ code, stdout }, { code: 1, stdout: "" })
  assert.match(stderr, sentence)
  // One sentence is one line.
  assert.strictEqual(stderr.indexOf("\n"), stderr.length - 1)
  assert.notMatch(stderr, everySecret)
}

/** A one-shot client's question. */
const ask = Effect.fnUntraced(function* (port: number, place: Place, ...words: Array<string>) {
  const { run } = yield* App
  const question = ["client", "--port", String(port), "--cmd", "LISTAR", ...words]
  return yield* run(question, place)
})

/** A server takes this password, or does not. */
const isTaken = (address: Address, password: string, reply = "+OK\r\n") =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      assert.strictEqual(yield* client.ask(request("AUTH", password), reply), reply)
    })
  )
const isRefused = (address: Address, password: string) =>
  isTaken(address, password, "-WRONGPASS invalid username-password pair or user is disabled.\r\n")

/** What is said of a file of passwords that is of no use. */
const unusable = (file: string) =>
  Effect.provide(Effect.flip(load(Option.some(file), messages.pt)), NodeServices.layer)

/** Nothing secret was said, and the server ended well. */
const endsWell = ({ code, signal, stderr, stdout }: Ended) => {
  assert.deepStrictEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: "" })
  assert.notMatch(stderr, everySecret)
}

layer(App.layer, { timeout: "1 minute" })("app serve without a password", (it) => {
  it.effect("refuses to be open to others by mistake, in one sentence", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      for (const [host, env, sentence] of [
        ["0.0.0.0", {}, /^Sem senha, .*APP_PASSWORD ou --password-file, ou use --open .*\.\n$/],
        [
          "::",
          { LANG: "en_US.UTF-8" },
          /^Without a password, .*APP_PASSWORD or --password-file, or use --open .*\.\n$/
        ],
        // An empty variable is no password.
        ["0.0.0.0", { APP_PASSWORD: "" }, /^Sem senha, /]
      ] as const) {
        refuses(yield* run(["serve", "--port", "0", "--host", host], { cwd, env }), sentence)
      }
    })
  )

  it.effect("starts all the same with --open, or with its variable", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const flag = yield* serve(["--host", "0.0.0.0", "--open"], { cwd })
      assert.strictEqual((yield* ask(flag.address.port, { cwd })).stdout, "a.txt\n")
      const env = { APP_OPEN: "true" }
      const variable = yield* serve(["--host", "0.0.0.0"], { cwd, env })
      assert.strictEqual((yield* ask(variable.address.port, { cwd })).stdout, "a.txt\n")
    })
  )

  it.effect("starts where only this machine's programs reach it", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      for (const host of ["::1", "127.0.0.1", "localhost"]) {
        const { address } = yield* serve(["--host", host], { cwd })
        const { stdout } = yield* ask(address.port, { cwd }, "--host", host)
        assert.strictEqual(stdout, "a.txt\n", host)
      }
    })
  )
})

layer(App.layer, { timeout: "1 minute" })("app serve with a password", (it) => {
  it.effect("from the variable starts anywhere, and answers who gives it", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senha: `${secret}\n`, outra: `${wrong}\n` })
      const { address, process } = yield* serve(["--host", "0.0.0.0"], {
        cwd,
        env: { APP_PASSWORD: secret }
      })
      const { port } = address
      const given = yield* ask(port, { cwd, env: { APP_PASSWORD: secret } })
      assert.deepStrictEqual([given.code, given.stdout, given.stderr], [0, "a.txt\n", ""])
      const fromFile = yield* ask(port, { cwd }, "--password-file", "senha")
      assert.deepStrictEqual([fromFile.code, fromFile.stdout, fromFile.stderr], [0, "a.txt\n", ""])
      refuses(yield* ask(port, { cwd, env: { APP_PASSWORD: wrong } }), /^Senha errada\.\n$/)
      refuses(yield* ask(port, { cwd }, "--password-file", "outra"), /^Senha errada\.\n$/)
      refuses(
        yield* ask(port, { cwd }),
        /^O servidor pede uma senha: defina APP_PASSWORD ou use --password-file\.\n$/
      )
      yield* process.kill("SIGTERM")
      endsWell(yield* process.ended)
    })
  )

  it.effect("of several takes any, behind the mark of UTF-8 and with blanks in it as well", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const spaced = ` ${secret} `
      const senhas = `\ufeff${newer}\r\n\n${spaced}\n${secret}`
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas })
      const { address } = yield* serve(["--password-file", "senhas"], { cwd })
      for (const password of [newer, spaced, secret]) yield* isTaken(address, password)
    })
  )

  it.effect("exits 1 with one sentence where the file is missing, empty or unreadable", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* folderWith({
        "DB/a.txt": "",
        vazio: "",
        linhas: "\n\r\n\n",
        // Spaces, a tab, and a space that does not break.
        brancos: "  \n\t\n\u00a0\r\n"
      })
      // The variable does not stand in for the file that was named.
      const env = { APP_PASSWORD: secret }
      const words = ["serve", "--port", "0", "--password-file", "vazio"]
      refuses(yield* run(words, { cwd, env }), /^O arquivo de senhas vazio não serve: .*\.\n$/)
      for (const [name, reason] of [
        ["nenhum", /não existe/],
        ["linhas", /não há senha nele/],
        ["brancos", /não há senha nele/],
        ["DB", /pasta/]
      ] as const) {
        const { code, sentence } = yield* unusable(join(cwd, name))
        assert.strictEqual(code, 1)
        assert.isTrue(sentence.startsWith(`O arquivo de senhas ${join(cwd, name)} não serve: `))
        assert.match(sentence, reason)
      }
    })
  )

  it.effect("exits 1 and says so where the file is in UTF-16, with its mark or without", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const little = Buffer.from(`${secret}\n`, "utf16le")
      const cwd = yield* folderWith({
        "DB/a.txt": "",
        little: Buffer.concat([Buffer.of(0xff, 0xfe), little]),
        big: Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(little).swap16()]),
        unmarked: little
      })
      const refused = (file: string): string =>
        `O arquivo de senhas ${file} não serve: está em UTF-16; salve-o em UTF-8.`
      for (const words of [
        ["serve", "--port", "0"],
        ["client", "--cmd", "HORA"]
      ]) {
        const ended = yield* run([...words, "--password-file", "little"], { cwd })
        assert.deepStrictEqual([ended.code, ended.stderr], [1, `${refused("little")}\n`])
      }
      for (const name of ["big", "unmarked"]) {
        const { sentence } = yield* unusable(join(cwd, name))
        assert.strictEqual(sentence, refused(join(cwd, name)))
      }
    })
  )

  it.effect("takes a new one from its file without a restart, and the old one no longer", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${secret}\n` })
      const { address, process } = yield* serve(["--password-file", "senhas"], { cwd })
      const inside = yield* RawSocket.connect(address)
      yield* inside.ask(request("AUTH", secret), "+OK\r\n")
      writeFileSync(join(cwd, "novas"), `${newer}\n`)
      renameSync(join(cwd, "novas"), join(cwd, "senhas"))
      yield* process.says("stderr", /message=passwords\.reloaded/)
      yield* isRefused(address, secret)
      yield* isTaken(address, newer)
      // Who is in stays in.
      assert.strictEqual(yield* inside.ask(ping, pong), pong)
      // A file that is of no use leaves things as they are.
      writeFileSync(join(cwd, "senhas"), "\n")
      yield* process.says("stderr", /message=passwords\.kept .*error="it is empty"/)
      yield* isTaken(address, newer)
      yield* process.kill("SIGTERM")
      endsWell(yield* process.ended)
    })
  )

  it.effect("keeps its passwords where the file goes away, and takes those of a later one", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${secret}\n` })
      const { address, process } = yield* serve(["--password-file", "senhas"], { cwd })
      renameSync(join(cwd, "senhas"), join(cwd, "guardado"))
      yield* process.says("stderr", /message=passwords\.kept .*error=ENOENT/)
      yield* isTaken(address, secret)
      writeFileSync(join(cwd, "senhas"), `${newer}\n`)
      yield* process.says("stderr", /message=passwords\.reloaded/)
      yield* isTaken(address, newer)
      // It says so once, not every second.
      yield* process.kill("SIGTERM")
      const ended = yield* process.ended
      endsWell(ended)
      assert.strictEqual(ended.stderr.split("passwords.kept").length, 2)
    })
  )

  it.effect("never says one, whatever is asked with it", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${secret}\n${newer}\n` })
      chmodSync(join(cwd, "senhas"), 0o600)
      const { address, process } = yield* serve(["--password-file", "senhas"], { cwd })
      const client = yield* RawSocket.connect(address)
      yield* client.send(
        [
          request("AUTH", wrong),
          request("AUTH", "default", wrong),
          request("HELLO", "3", "AUTH", "default", wrong),
          request("AUTH", secret),
          request("CONFIG", "GET", "requirepass"),
          request("INFO", "everything"),
          request("CLIENT", "INFO"),
          request("QUIT")
        ].join("")
      )
      assert.notMatch(yield* client.rest, everySecret)
      yield* process.kill("SIGTERM")
      endsWell(yield* process.ended)
    })
  )
})

layer(App.layer, { timeout: "1 minute" })("app serve that is told to stop", (it) => {
  // Much more than sockets hold while nobody reads from them.
  const size = 8 * mebibyte
  const bytes = noise(7, size)
  const head = `$${size}\r\n`

  /** A server that was told to stop while it sends files to clients that have stopped reading. */
  const stopping = Effect.fnUntraced(function* (clients: number, ...words: Array<string>) {
    const { serve } = yield* App
    const cwd = yield* folderWith({ "DB/a.bin": bytes })
    const { address, process } = yield* serve(words, { cwd })
    const transfers = yield* Effect.forEach(Array.from({ length: clients }), () =>
      Effect.gen(function* () {
        const client = yield* RawSocket.connect(address)
        yield* client.send(request("GET", "a.bin"))
        yield* client.take(head.length)
        yield* client.pause
        return client
      })
    )
    const idle = yield* RawSocket.connect(address)
    yield* idle.ask(ping, pong)
    yield* process.kill("SIGTERM")
    // It has heard.
    assert.strictEqual(yield* idle.rest, "")
    return { address, process, transfers }
  })

  it.effect("lets 20 transfers finish, byte for byte, and exits 0", () =>
    Effect.gen(function* () {
      const { address, process, transfers } = yield* stopping(20)
      assert.strictEqual((yield* Effect.exit(RawSocket.connect(address)))._tag, "Failure")
      for (const client of transfers) {
        yield* client.resume
        assert.isTrue((yield* client.takeBytes(size)).equals(bytes))
        assert.strictEqual(yield* client.rest, "\r\n")
      }
      endsWell(yield* process.ended)
    })
  )

  it.effect("cuts them off when the grace is over, and exits 0", () =>
    Effect.gen(function* () {
      const { process, transfers } = yield* stopping(20, "--grace", "1s")
      endsWell(yield* process.ended)
      for (const client of transfers) {
        yield* client.resume
        assert.isBelow((yield* client.rest).length, size)
      }
    })
  )

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it.effect(`twice ends at once: ${signal}`, () =>
      Effect.gen(function* () {
        const { process, transfers } = yield* stopping(1, "--grace", "1h")
        yield* process.kill(signal)
        const { code, signal: killer } = yield* process.ended
        assert.deepStrictEqual({ code, killer }, { code: 130, killer: null })
        for (const client of transfers) {
          yield* client.resume
          assert.isBelow((yield* client.rest).length, size)
        }
      })
    )
  }

  it.effect("answers what was asked before", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "conteúdo" })
      const { address, process } = yield* serve([], { cwd })
      const client = yield* RawSocket.connect(address)
      yield* client.ask(request("GET", "a.txt") + ping, bulk("conteúdo") + pong)
      yield* process.kill("SIGINT")
      assert.strictEqual(yield* client.rest, "")
      endsWell(yield* process.ended)
    })
  )
})
