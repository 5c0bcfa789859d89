import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root, Shared } from "../../../support/programs/App.ts"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import { refusing } from "../../../support/peers/Refusing.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import * as Terminal from "../../../support/programs/Terminal.ts"

const { key } = Terminal

const image = Uint8Array.from({ length: 100_000 }, (_, index) => (index * index) % 251)
const evil = "e\x1b[2Jl\u202e"
const shownEvil = String.raw`e\x1b[2Jl\u202e`

const shared = folderWith({
  "Relatório de março.txt": "content",
  [evil]: "evil",
  "imagem.png": image,
  "x/y.txt": "content of y"
})

/** The menu, in a folder of its own. */
const open = Effect.fnUntraced(function* (
  options: {
    readonly port?: number
    readonly words?: ReadonlyArray<string>
    readonly env?: Readonly<Record<string, string>>
    readonly size?: { readonly columns: number; readonly rows: number }
  } = {}
) {
  const { app, port } = yield* Shared
  const cwd = yield* temporaryFolder
  const { env = {}, port: asked = port, words = [] } = options
  const program = [process.execPath, app.file, "client", "--port", String(asked), ...words]
  // The process tells its number, for the test that signals it.
  const terminal = yield* Terminal.open(
    ["sh", "-c", 'echo "$$" >.pid; exec "$@"', "sh", ...program],
    { cwd, env },
    options.size
  )
  return {
    ...terminal,
    cwd,
    /** What was saved. */
    saved: (): ReadonlyArray<string> =>
      readdirSync(cwd, { recursive: true, encoding: "utf8" })
        .filter((name) => name !== ".pid")
        .sort(),
    pid: (): number => Number(readFileSync(join(cwd, ".pid"), "utf8"))
  }
})

/** The last entry of the menu, shown when it is ready for keys. */
const ready = /5 SAIR/
/** What follows a prompt that was answered: the cursor is shown again. */
const answered = String.raw`\x1b\[\?25h`
const answer = (text: string): RegExp => new RegExp(`${answered}${text}\r\n`)

layer(Shared.layer(shared), { timeout: "1 minute" })("the menu", (it) => {
  const onTerminal = { skip: !Terminal.hasTerminal }

  it.effect(
    "is as the READMEs show it",
    () =>
      Effect.gen(function* () {
        const { shows, type } = yield* open()
        yield* shows(ready)
        yield* type(`2${key.enter}`)
        const shown = `${yield* shows(answer(String.raw`\d\d:\d\d:\d\d`))}${yield* shows(ready)}`
        const lines = new Set(
          shown
            .replaceAll(/\d\d:\d\d:\d\d/g, "HH:MM:SS")
            // Colours stand within lines, all else between them.
            .replaceAll(/\x1b\[[\d;]*m/g, "")
            .split(/(?:[\r\n]|\x1b\[[\d;?]*[A-Za-z])+/)
            .map((line) => line.trim())
        )
        for (const page of ["README.md", "README.pt-BR.md"]) {
          const [, block = ""] =
            /^\$ npx app client\n([^]*?)^```$/m.exec(readFileSync(join(root, page), "utf8")) ?? []
          const told = block
            .replaceAll(/\d\d:\d\d:\d\d/g, "HH:MM:SS")
            .trimEnd()
            .split("\n")
          assert.lengthOf(told, 8)
          for (const line of told) assert.isTrue(lines.has(line.trim()), line)
        }
      }),
    onTerminal
  )

  describe("is answered", () => {
    it.effect(
      "by typed digits",
      () =>
        Effect.gen(function* () {
          const { ended, shows, type } = yield* open()
          yield* shows(ready)
          yield* type(`1${key.enter}`)
          yield* shows(answer("Servidor online 24 horas"))
          yield* shows(ready)
          yield* type(`2${key.enter}`)
          yield* shows(answer(String.raw`\d\d:\d\d:\d\d`))
          yield* shows(ready)
          yield* type(`4${key.enter}`)
          yield* shows(
            answer(
              ["Relatório de março.txt", shownEvil, "imagem.png", "x/y.txt"]
                .map((name) => name.replaceAll(/[\\.[\]]/g, String.raw`\$&`))
                .join("\r\n")
            )
          )
          yield* shows(ready)
          yield* type(`5${key.enter}`)
          yield* shows(answer("Adeus!"))
          const { code, restored } = yield* ended
          assert.deepStrictEqual({ code, restored }, { code: 0, restored: true })
        }),
      onTerminal
    )

    it.effect(
      "by arrows",
      () =>
        Effect.gen(function* () {
          const { ended, shows, type } = yield* open()
          yield* shows(ready)
          yield* type(key.enter)
          yield* shows(answer("Servidor online 24 horas"))
          yield* shows(ready)
          yield* type(key.down + key.down + key.up + key.enter)
          yield* shows(answer(String.raw`\d\d:\d\d:\d\d`))
          yield* shows(ready)
          yield* type(key.up + key.enter)
          yield* shows(answer("Adeus!"))
          assert.strictEqual((yield* ended).code, 0)
        }),
      onTerminal
    )

    it.effect(
      "in English where the locale says so",
      () =>
        Effect.gen(function* () {
          const { ended, shows, type } = yield* open({ env: { LC_ALL: "en_US.UTF-8" } })
          yield* shows(/Choose a command:[^]*5 SAIR/)
          yield* type(`5${key.enter}`)
          yield* shows(answer("Adeus!"))
          assert.strictEqual((yield* ended).code, 0)
        }),
      onTerminal
    )

    it.effect(
      "over a new connection where the server has closed the old one",
      () =>
        Effect.gen(function* () {
          const server = yield* FakeServer.make({ answers: [FakeServer.ends("+uma\r\n")] })
          const { shows, type } = yield* open({ port: server.address.port })
          for (const _ of [1, 2, 3]) {
            yield* shows(ready)
            yield* type(`1${key.enter}`)
            yield* shows(answer("uma"))
          }
        }),
      onTerminal
    )

    it.effect(
      "not at all where the server is lost, which is said while it is called again",
      () =>
        Effect.gen(function* () {
          const server = yield* FakeServer.make({ answers: () => FakeServer.breaks("") })
          const { ended, shows, type } = yield* open({
            port: server.address.port,
            words: ["--retries", "2"]
          })
          yield* shows(ready)
          yield* type(`2${key.enter}`)
          yield* shows(/caiu; tentativa 2 de 2\.\r\n/)
          yield* shows(/A conexão com \S+ caiu\.\r\n/)
          const { code, restored, shown } = yield* ended
          assert.deepStrictEqual({ code, restored }, { code: 3, restored: true })
          // A server may just have closed an idle connection, which need not be said.
          assert.notInclude(shown, "tentativa 1")
        }),
      onTerminal
    )

    it.effect(
      "with what the server refused, and goes on",
      () =>
        Effect.gen(function* () {
          const server = yield* FakeServer.make({
            answers: ["-NOTFOUND x\r\n", "*0\r\n", "+Adeus!\r\n"]
          })
          const { ended, shows, type } = yield* open({ port: server.address.port })
          yield* shows(ready)
          yield* type(`1${key.enter}`)
          yield* shows(answer("Arquivo não encontrado!"))
          yield* shows(ready)
          yield* type(`3${key.enter}`)
          yield* shows(answer(String.raw`Nenhum arquivo\.`))
          yield* shows(ready)
          yield* type(`5${key.enter}`)
          assert.strictEqual((yield* ended).code, 0)
        }),
      onTerminal
    )
  })

  describe("saves a file of the server's list", () => {
    it.effect(
      "that is chosen with arrows",
      () =>
        Effect.gen(function* () {
          const { cwd, saved, shows, type } = yield* open()
          yield* shows(ready)
          yield* type(`3${key.enter}`)
          yield* shows(/Qual arquivo\?[^]*x\/y\.txt/)
          yield* type(key.down + key.down + key.enter)
          yield* shows(answer(String.raw`Gravado em imagem\.png \(100000 bytes\)\.`))
          assert.deepStrictEqual(saved(), ["imagem.png"])
          assert.isTrue(readFileSync(join(cwd, "imagem.png")).equals(image))
        }),
      onTerminal
    )

    it.effect(
      "that is found by a part of its name, in a folder made again",
      () =>
        Effect.gen(function* () {
          const { saved, shows, type } = yield* open({ words: ["--output", "out/"] })
          yield* shows(ready)
          yield* type(`3${key.enter}`)
          yield* shows(/Qual arquivo\?[^]*x\/y\.txt/)
          yield* type("nada")
          yield* shows(/nada com esse nome/)
          yield* type(`${key.control("U")}Y.TX${key.enter}`)
          yield* shows(answer(String.raw`Gravado em out/x/y\.txt \(12 bytes\)\.`))
          assert.deepStrictEqual(saved(), ["out", "out/x", "out/x/y.txt"])
        }),
      onTerminal
    )

    it.effect(
      "whose name would steer the terminal, and shows it escaped",
      () =>
        Effect.gen(function* () {
          const { ended, saved, shows, type } = yield* open()
          yield* shows(ready)
          yield* type(`3${key.enter}`)
          yield* shows(/Qual arquivo\?[^]*x\/y\.txt/)
          yield* type(`2J${key.enter}`)
          yield* shows(/Gravado em e\\x1b\[2Jl\\u202e \(4 bytes\)\.\r\n/)
          assert.deepStrictEqual(saved(), [evil])
          yield* shows(ready)
          yield* type(key.control("C"))
          const { shown } = yield* ended
          assert.notInclude(shown, "\x1b[2J")
          assert.notInclude(shown, "\u202e")
        }),
      onTerminal
    )
  })

  describe("is a way back", () => {
    it.effect(
      "from the list of files by Esc, which first clears what was typed; at the menu Esc does nothing",
      () =>
        Effect.gen(function* () {
          const { ended, saved, shows, type } = yield* open({
            size: { columns: 40, rows: 10 },
            env: { TERM: "dumb" }
          })
          yield* shows(ready)
          yield* type(key.escape)
          yield* shows(/\x07/)
          yield* type(`3${key.enter}`)
          yield* shows(/Qual arquivo\?[^]*x\/y\.txt/)
          yield* type("marco")
          yield* shows(/\(1\/4\)\n> Relatório de março\.txt|\(1\/4\)\r\n> Relatório de março\.txt/)
          yield* type(key.escape)
          yield* shows(/x\/y\.txt/)
          yield* type(key.end)
          yield* shows(/> x\/y\.txt/)
          yield* type(key.escape)
          yield* shows(ready)
          yield* type(`5${key.enter}`)
          yield* shows(answer("Adeus!"))
          const { code, restored, shown } = yield* ended
          assert.deepStrictEqual({ code, restored }, { code: 0, restored: true })
          assert.deepStrictEqual(saved(), [])
          // A dumb terminal has no colours.
          assert.notMatch(shown, /\x1b\[[\d;]*m/)
        }),
      onTerminal
    )

    it.effect(
      "from a transfer by Ctrl-C, which stops that transfer and says what is kept",
      () =>
        Effect.gen(function* () {
          const size = 2_000_000
          const half = `*2\r\n$1\r\na\r\n$${size}\r\n${"x".repeat(size / 2)}`
          const server = yield* FakeServer.make({
            answers: (request) => {
              if (request._tag === "List") return "*1\r\n$1\r\na\r\n"
              if (request._tag === "Describe") return FakeServer.detailsReply(size)
              if (request._tag === "SendFile") return half
              return request._tag === "Close" ? "+Adeus!\r\n" : ""
            }
          })
          const { ended, saved, shows, type } = yield* open({ port: server.address.port })
          yield* shows(ready)
          yield* type(`3${key.enter}`)
          yield* shows(/> a/)
          yield* type(key.enter)
          yield* shows(/9\d\d\.\d KiB\//)
          yield* type(key.control("C"))
          yield* shows(/Interrompido: [\d.]+ \wiB de a estão guardados/)
          yield* shows(ready)
          assert.match(saved().join(), /^\.a\.\S+\.part$/)
          yield* type(`5${key.enter}`)
          yield* shows(answer("Adeus!"))
          assert.strictEqual((yield* ended).code, 0)
        }),
      onTerminal
    )
  })

  it.effect(
    "asks for the password that the server wants, and never shows it",
    () =>
      Effect.gen(function* () {
        const { app } = yield* Shared
        const cwd = yield* folderWith({ "a.txt": "a" })
        const env = { APP_PASSWORD: "segredo" }
        const { address } = yield* app.serve(["--dir", cwd], { cwd, env })
        const { ended, shows, type } = yield* open({ port: address.port })
        yield* shows(ready)
        yield* type(`2${key.enter}`)
        yield* shows(/Senha do servidor/)
        yield* type(`errada${key.enter}`)
        yield* shows(/Senha errada\.[^]*Senha do servidor/)
        yield* type(`segredo${key.enter}`)
        yield* shows(/\d\d:\d\d:\d\d\r\n/)
        yield* shows(ready)
        yield* type(`5${key.enter}`)
        const { code, shown } = yield* ended
        assert.strictEqual(code, 0)
        assert.notInclude(shown, "segredo")
        assert.notInclude(shown, "errada\r")
      }),
    onTerminal
  )

  describe("leaves the terminal clean", () => {
    for (const letter of ["C", "D"]) {
      it.effect(
        `on Ctrl-${letter}, at the menu and at the list of files, and exits 130`,
        () =>
          Effect.gen(function* () {
            for (const atList of [false, true]) {
              const { ended, saved, shows, type } = yield* open()
              yield* shows(ready)
              if (atList) {
                yield* type(`3${key.enter}`)
                yield* shows(/Qual arquivo\?[^]*x\/y\.txt/)
              }
              yield* type(key.control(letter))
              const { code, restored, shown } = yield* ended
              assert.deepStrictEqual({ code, restored }, { code: 130, restored: true })
              // The cursor is shown again, on a line of its own.
              assert.match(shown, new RegExp(`${answered}\r\n$`))
              assert.deepStrictEqual(saved(), [])
            }
          }),
        onTerminal
      )
    }

    it.effect(
      "on SIGTERM, and exits 130",
      () =>
        Effect.gen(function* () {
          const { ended, pid, shows } = yield* open()
          yield* shows(ready)
          process.kill(pid(), "SIGTERM")
          const { code, restored, shown } = yield* ended
          assert.deepStrictEqual({ code, restored }, { code: 130, restored: true })
          assert.match(shown, new RegExp(`${answered}\r\n$`))
        }),
      onTerminal
    )

    it.effect(
      "without a server: exits 3 and says so",
      () =>
        Effect.gen(function* () {
          const { port } = yield* refusing()
          const { ended } = yield* open({ port })
          assert.deepStrictEqual(yield* ended, {
            code: 3,
            restored: true,
            shown: `Não foi possível conectar a 127.0.0.1:${port}: conexão recusada.\r\n`
          })
        }),
      onTerminal
    )
  })
})
