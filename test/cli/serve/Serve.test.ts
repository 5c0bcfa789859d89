import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, realpathSync, rmdirSync, symlinkSync } from "node:fs"
import { createServer } from "node:net"
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os"
import { join } from "node:path"
import { reachableHosts } from "../../../src/cli/serve/announcement/Announcement.ts"
import { App, type Ended, type Place } from "../../support/programs/App.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { sha256 } from "../../support/Transfers.ts"
import { request } from "../../support/values/Bytes.ts"

const fails = ({ code, stderr, stdout }: Ended, sentence: string) =>
  assert.deepStrictEqual({ code, stdout, stderr }, { code: 1, stdout: "", stderr: `${sentence}\n` })

const interfaces = () => Object.values(networkInterfaces()).flatMap((each) => each ?? [])

/** A port that somebody listens at. */
const takenPort = Effect.map(
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer().listen({ host: "127.0.0.1", port: 0 }, () =>
        resume(Effect.succeed(server))
      )
    }),
    (server) => Effect.sync(() => server.close())
  ),
  (server) => {
    const bound = server.address()
    return typeof bound === "object" ? (bound?.port ?? 0) : 0
  }
)

/** A place that is gone once the program is there. */
const goneFolder = (home: string) =>
  Effect.map(temporaryFolder, (cwd): Place => ({
    cwd,
    env: { HOME: home },
    within: ["sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh"]
  }))

/** What the server at this port lists. */
const list = Effect.fnUntraced(function* (port: number, place: Place) {
  const { run } = yield* App
  return (yield* run(["client", "--port", String(port), "--cmd", "LISTAR"], place)).stdout
})

layer(App.layer, { timeout: "1 minute" })("app serve", (it) => {
  it.effect("says in one line what it serves, where, and how to ask; which works", () =>
    Effect.gen(function* () {
      const { run, serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const { address, announcement, process } = yield* serve(["--log-level", "none"], { cwd })
      const ask = `app client --port ${address.port} --cmd listar_arquivos`
      assert.strictEqual(
        announcement,
        `Servindo DB em 127.0.0.1:${address.port}. Abra http://127.0.0.1:${address.port}/ ou pergunte com: ${ask}\n`
      )
      const answer = yield* run(ask.split(" ").slice(1), { cwd })
      assert.strictEqual(answer.stdout, "a.txt\n")
      yield* process.kill("SIGTERM")
      const { code, stderr, stdout } = yield* process.ended
      assert.deepStrictEqual(
        { code, stderr, stdout },
        { code: 0, stderr: announcement, stdout: "" }
      )
    })
  )

  it.effect("says it in English where the locale says so", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "fotos/a.txt": "" })
      const place = { cwd, env: { LC_ALL: "en_US.UTF-8" } }
      const { address, announcement } = yield* serve(["--dir", "fotos", "--http", "off"], place)
      const ask = `app client --port ${address.port} --cmd listar_arquivos`
      assert.strictEqual(
        announcement,
        `Serving fotos at 127.0.0.1:${address.port}. Ask with: ${ask}\n`
      )
    })
  )

  it.effect("serves the folder that it is given, by short forms of its flags as well", () =>
    Effect.gen(function* () {
      const { start } = yield* App
      const cwd = yield* folderWith({ "fotos/a.txt": "", "DB/b.txt": "" })
      for (const words of [
        ["fotos", "-p", "0"],
        ["-d", "fotos", "-p", "0", "-H", "127.0.0.1"]
      ]) {
        const running = yield* start(["serve", ...words], { cwd, env: { APP_DIR: "nada" } })
        const [, port = ""] = yield* running.says("stderr", /Servindo fotos em 127.0.0.1:(\d+)\./)
        assert.strictEqual(yield* list(Number(port), { cwd }), "a.txt\n")
      }
    })
  )

  it.effect("serves the current folder where there is no DB, and says which that is", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "a.txt": "", "DBs/b.txt": "" })
      const { address, announcement } = yield* serve([], { cwd })
      assert.include(announcement, `Servindo a pasta atual, ${realpathSync(cwd)}, em 127.0.0.1:`)
      assert.strictEqual(yield* list(address.port, { cwd }), "DBs/b.txt\na.txt\n")
    })
  )

  it.effect("says where others reach it, if it listens everywhere, and how they ask", () =>
    Effect.gen(function* () {
      const { run, serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const env = { APP_OPEN: "sim", npm_lifecycle_event: "npx" }
      const { address, announcement, process } = yield* serve(["--host", "0.0.0.0"], { cwd, env })
      const local = `npx app client --port ${address.port} --cmd listar_arquivos`
      assert.strictEqual(
        announcement,
        `Servindo DB em 0.0.0.0:${address.port}. Abra http://127.0.0.1:${address.port}/ ou pergunte com: ${local}\n`
      )
      const [first] = reachableHosts("0.0.0.0", interfaces())
      const asks =
        first === undefined ? [] : [`npx app client --host ${first} --port ${address.port}`]
      for (const ask of asks) {
        yield* process.says("stderr", new RegExp(`^De outras máquinas: .*: ${ask} `, "m"))
        const words = [...ask.split(" ").slice(2), "--cmd", "listar_arquivos"]
        assert.strictEqual((yield* run(words, { cwd })).stdout, "a.txt\n")
      }
    })
  )

  it("names of each interface what other machines can reach, for IPv4 alone or for both", () => {
    const addresses = ["127.0.0.1", "192.0.2.2", "::1", "fd00::2", "fe80::1"].map(
      (address): NetworkInterfaceInfo => ({
        ...(address.includes(":") ? { family: "IPv6", scopeid: 0 } : { family: "IPv4" }),
        address,
        internal: /^(?:127|::1)/.test(address),
        netmask: "",
        mac: "",
        cidr: null
      })
    )
    assert.deepStrictEqual(reachableHosts("0.0.0.0", addresses), ["192.0.2.2"])
    assert.deepStrictEqual(reachableHosts("::", addresses), ["192.0.2.2", "fd00::2"])
    assert.deepStrictEqual(reachableHosts("192.0.2.2", addresses), [])
  })

  it.effect("tells the client of its commands, as the client asks for them", () =>
    Effect.gen(function* () {
      const { run, serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const { address } = yield* serve([], { cwd })
      const answers = yield* Effect.forEach(["ajuda", "help"], (cmd) =>
        run(["client", "--port", String(address.port), "--cmd", cmd], { cwd })
      )
      const [first, second] = answers.map(({ stdout }) => stdout)
      assert.strictEqual(first, second)
      assert.match(first ?? "", /^enviar_arquivo nome .*\n {4}\S/m)
    })
  )

  it.effect("takes from the environment what no flag says", () =>
    Effect.gen(function* () {
      const { serve, start } = yield* App
      const cwd = yield* folderWith({ "um/1": "", "um/.2": "", "dois/3": "" })
      const env = { APP_DIR: "um", APP_HIDDEN: "true", APP_HOST: "::1", APP_PORT: "0" }
      const running = yield* start(["serve"], { cwd, env })
      const [, port = ""] = yield* running.says("stderr", /um em \[::1\]:(\d+)\./)
      assert.strictEqual(yield* list(Number(port), { cwd, env }), ".2\n1\n")
      const given = yield* serve(["--dir", "dois", "--host", "127.0.0.1"], { cwd, env })
      assert.strictEqual(yield* list(given.address.port, { cwd }), "3\n")
    })
  )

  it.effect("follows the links inside the folder, and with --no-links none of them", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/.dados/a.txt": "", "DB/b.txt": "" })
      symlinkSync(".dados/a.txt", join(cwd, "DB/a.txt"))
      const followed = yield* serve([], { cwd })
      assert.strictEqual(yield* list(followed.address.port, { cwd }), "a.txt\nb.txt\n")
      const none = yield* serve(["--no-links"], { cwd })
      assert.strictEqual(yield* list(none.address.port, { cwd }), "b.txt\n")
    })
  )

  it.effect("exits 1 with one sentence where the port is taken", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const port = yield* takenPort
      const cwd = yield* folderWith({ "DB/a": "" })
      const words = ["serve", "--port", String(port)]
      fails(yield* run(words, { cwd }), `O endereço 127.0.0.1:${port} já está em uso.`)
      fails(
        yield* run(words, { cwd, env: { LANG: "en_US.UTF-8" } }),
        `The address 127.0.0.1:${port} is already in use.`
      )
    })
  )

  it.effect("exits 1 with one sentence where the address is not the machine's", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* folderWith({ "DB/a": "" })
      // TEST-NET-1 (RFC 5737) is nobody's.
      const words = ["serve", "--open", "--port", "0", "--host", "192.0.2.1"]
      fails(yield* run(words, { cwd }), "O endereço 192.0.2.1:0 não é desta máquina.")
    })
  )

  it.effect("exits 1 with one sentence where the folder is missing or none", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* folderWith({ "a.txt": "" })
      const words = ["serve", "--port", "0"]
      fails(yield* run([...words, "nada"], { cwd }), "A pasta nada não existe.")
      fails(yield* run([...words, "--dir", "a.txt"], { cwd }), "a.txt não é uma pasta.")
      fails(
        yield* run([...words, "--dir", "none"], { cwd, env: { LC_ALL: "en" } }),
        "The folder none does not exist."
      )
    })
  )

  it.effect("computes digests though the folder that it was started in is gone", () =>
    Effect.gen(function* () {
      const { run, serve } = yield* App
      // Large enough for a thread.
      const content = new Uint8Array(4 * 1024 * 1024)
      const home = yield* folderWith({ "DB/large": content })
      const cwd = yield* temporaryFolder
      const { address } = yield* serve([join(home, "DB")], { cwd, env: { HOME: home } })
      rmdirSync(cwd)
      const ask = ["client", "--port", String(address.port), "--cmd"]
      const { stdout } = yield* run([...ask, "soma_arquivo", "large"], { cwd: home })
      assert.strictEqual(stdout, `${sha256(content)}\n`)
    })
  )

  it.effect("starts in a folder that is gone where it shares another", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const home = yield* folderWith({ "DB/a.txt": "a" })
      const { address } = yield* serve([join(home, "DB")], yield* goneFolder(home))
      const follower = yield* RawSocket.connect(address)
      // It is a thread that tells of changes.
      const told = "*3\r\n$9\r\nsubscribe\r\n$8\r\narquivos\r\n:1\r\n"
      yield* follower.ask(request("SUBSCRIBE", "arquivos"), told)
    })
  )

  it.effect("says that the folder is gone in which it is to look, and so does the client", () =>
    Effect.gen(function* () {
      const { run, serve } = yield* App
      const home = yield* folderWith({ "DB/a.txt": "a" })
      const { address } = yield* serve([], { cwd: home })
      const ask = ["client", "--port", String(address.port), "--cmd", "enviar_arquivo", "a.txt"]
      for (const words of [["serve", "--port", "0", "DB"], ask]) {
        fails(
          yield* run(words, yield* goneFolder(home)),
          "A pasta em que o programa foi chamado não existe mais."
        )
      }
    })
  )

  it.effect("exits 1 with one sentence where nothing says in which region a bucket is", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const place = { cwd: yield* temporaryFolder, env: { AWS_EC2_METADATA_DISABLED: "true" } }
      fails(
        yield* run(["serve", "--store", "s3://fotos"], place),
        "Falta a região do bucket: use --s3-region ou defina AWS_REGION."
      )
    })
  )

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it.effect(`exits 0 on ${signal}, whoever is still connected`, () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* temporaryFolder
        mkdirSync(join(cwd, "DB"))
        const { address, announcement, process } = yield* serve(["--log-level", "none"], { cwd })
        const idle = yield* RawSocket.connect(address)
        const asking = yield* RawSocket.connect(address)
        yield* asking.ask("PING\r\n", "+PONG\r\n")
        yield* process.kill(signal)
        const { code, signal: killer, stderr, stdout } = yield* process.ended
        assert.deepStrictEqual(
          { code, killer, stdout, stderr },
          { code: 0, killer: null, stdout: "", stderr: announcement }
        )
        yield* idle.rest
        yield* asking.rest
      })
    )
  }
})
