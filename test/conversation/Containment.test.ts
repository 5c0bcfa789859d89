/** Nothing outside the folder can be named, whatever the name and whatever the command: asked over the wire. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { bulk, framed, latin1, onWire } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

const secret = "segredo"

/** A shared folder with secrets around it, and links that lead to them. */
class Shared extends Context.Service<
  Shared,
  { readonly address: Address; readonly outside: string }
>()("test/Shared") {
  static readonly layer = Layer.effect(
    Shared,
    Effect.gen(function* () {
      const outside = yield* folderWith({ "segredo.txt": secret, "pasta/segredo.txt": secret })
      const folder = join(outside, "DB")
      mkdirSync(join(folder, "dentro"), { recursive: true })
      for (const name of ["a.txt", "dentro/b.txt", "%2e%2e", ".oculto"])
        writeFileSync(join(folder, name), name)
      symlinkSync("../segredo.txt", join(folder, "link.txt"))
      symlinkSync(join(outside, "segredo.txt"), join(folder, "absoluto.txt"))
      symlinkSync("../pasta", join(folder, "pasta"))
      symlinkSync("/", join(folder, "raiz"))
      writeFileSync(join(folder, ".dados"), "visivel.txt")
      symlinkSync(".dados", join(folder, "visivel.txt"))
      symlinkSync("a.txt", join(folder, ".link"))
      return { address: yield* serveFolder(folder), outside }
    })
  )
}

const notFound = onWire("-NOTFOUND Arquivo não encontrado!\r\n")

/** Every command that takes a name, and what it answers where there is no such file. */
const commands: ReadonlyArray<
  readonly [name: string, after: ReadonlyArray<string>, reply: string]
> = [
  ["enviar_arquivo", [], notFound],
  ["ARQUIVO", ["INICIO", "0", "TAMANHO", "1"], notFound],
  ["detalhes_arquivo", [], notFound],
  ["soma_arquivo", [], notFound],
  ["GET", [], "$-1\r\n"],
  ["GETRANGE", ["0", "-1"], "$0\r\n\r\n"],
  ["SUBSTR", ["0", "-1"], "$0\r\n\r\n"],
  ["STRLEN", [], ":0\r\n"],
  ["EXISTS", [], ":0\r\n"]
]

/** Names as bytes; each leads to a secret somewhere where names are taken for paths. `OUTSIDE` is the folder around. */
const names: ReadonlyArray<readonly [way: string, name: string]> = [
  ["a step up", "../segredo.txt"],
  ["two steps up", "../../etc/hostname"],
  ["a step up from inside", "dentro/../../segredo.txt"],
  ["a step up and back in", "../DB/a.txt"],
  ["a step down and up", "dentro/../a.txt"],
  ["a dot", "./a.txt"],
  ["a dot inside", "dentro/./b.txt"],
  ["nothing but steps up", "../.."],
  ["an empty part", "dentro//b.txt"],
  ["a stroke at the end", "a.txt/"],
  ["an absolute path", "/etc/hostname"],
  ["the secret's absolute path", "OUTSIDE/segredo.txt"],
  ["the file's own absolute path", "OUTSIDE/DB/a.txt"],
  ["two strokes", "//etc/hostname"],
  ["a backslash", "..\\segredo.txt"],
  ["a backslash inside", "dentro\\b.txt"],
  ["a drive", "C:\\Windows\\win.ini"],
  ["a NUL at the end", "a.txt\0"],
  ["a NUL in the middle", "a.txt\0.png"],
  ["a NUL before a step up", "\0../segredo.txt"],
  ["percent-encoding", "%2e%2e%2fsegredo.txt"],
  ["percent-encoding of the stroke", "..%2fsegredo.txt"],
  ["percent-encoding of a name that is there", "%61.txt"],
  ["percent-encoding, twice", "%252e%252e/segredo.txt"],
  ["a stroke too long in UTF-8", "..\xc0\xafsegredo.txt"],
  ["dots too long in UTF-8", "\xc0\xae\xc0\xae/segredo.txt"],
  ["bytes that are no UTF-8", "\xff\xfe"],
  ["dots of another script", "\xe2\x80\xa5/segredo.txt"],
  ["a link to a file", "link.txt"],
  ["a link by an absolute path", "absoluto.txt"],
  ["a link to a folder", "pasta/segredo.txt"],
  ["a link to the root", "raiz/etc/hostname"],
  ["a hidden link", ".link"],
  ["a hidden file", ".oculto"],
  ["a folder", "dentro"],
  ["no name at all", ""],
  ["the folder itself", "."],
  ["a name of 10,000 characters", "x".repeat(10_000)],
  ["a path of 10,000 characters", `${"../".repeat(3_331)}segredo.txt`],
  ["a path of many parts", `${"x/".repeat(5_000)}a.txt`],
  ["a URL", "file:///etc/hostname"],
  ["the shell's home", "~/.ssh/id_rsa"],
  ["another case", "A.TXT"]
]

layer(Shared.layer, { excludeTestServices: true })("no file is found by", (it) => {
  for (const [way, template] of names) {
    it.effect(`${way}, whatever the command`, () =>
      Effect.gen(function* () {
        const { address, outside } = yield* Shared
        const name = template.replace("OUTSIDE", onWire(outside))
        const client = yield* connect(address)
        for (const [command, after, reply] of commands) {
          yield* client.send(latin1(framed([command, name, ...after])))
          assert.strictEqual(yield* client.take(reply.length), reply, command)
        }
        yield* client.end
        assert.strictEqual(yield* client.rest, "")
      })
    )
  }

  it.effect("any of those names counts, while every shared one does", () =>
    Effect.gen(function* () {
      const { address } = yield* Shared
      const client = yield* connect(address)
      // The last is a link to what is hidden: the name asked for is not.
      const shared = ["%2e%2e", "a.txt", "dentro/b.txt", "visivel.txt"]
      const all = [...names.map(([, name]) => name), ...shared]
      assert.strictEqual(yield* client.ask(framed(["EXISTS", ...all]), ":4\r\n"), ":4\r\n")
      for (const name of shared) {
        assert.strictEqual(yield* client.ask(framed(["GET", name]), bulk(name)), bulk(name))
      }
      const list = `*${shared.length}\r\n${shared.map(bulk).join("")}`
      assert.strictEqual(yield* client.ask(framed(["LISTAR"]), list), list)
    })
  )

  it.effect("a pattern: it selects among the shared names and does not reach others", () =>
    Effect.gen(function* () {
      const { address } = yield* Shared
      for (const pattern of ["../*", "/etc/*", "pasta/*", "raiz/**", ".*", "**/segredo.txt"]) {
        const client = yield* connect(address)
        assert.strictEqual(
          yield* client.ask(framed(["LISTAR", pattern]), "*0\r\n"),
          "*0\r\n",
          pattern
        )
      }
    })
  )
})
