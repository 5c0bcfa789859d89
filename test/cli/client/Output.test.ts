/**
 * `--output` names what exists and is no file of its own: a link, a FIFO, a device, a folder. It is written into or
 * refused, never replaced. The devices are private ones; the system's own are never named here.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Ended, Shared, start } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { contents, noise } from "../../support/Transfers.ts"

const large = noise(1, 1024 * 1024)
const small = noise(2, 1000)
const files = { "large.bin": large, "small.bin": small, "empty.bin": Buffer.alloc(0) }
const names = ["large.bin", "small.bin", "empty.bin"] as const

/** Whether devices can be made and opened here. */
const canMakeDevices = (() => {
  const folder = mkdtempSync(join(tmpdir(), "devices-"))
  const made =
    spawnSync("mknod", [join(folder, "null"), "c", "1", "3"]).status === 0
    && spawnSync("dd", ["if=/dev/zero", `of=${join(folder, "null")}`, "count=1"]).status === 0
  rmSync(folder, { recursive: true })
  return made
})()

const setUp = Effect.gen(function* () {
  const { client } = yield* Shared
  const cwd = yield* temporaryFolder
  return {
    cwd,
    at: (name: string) => join(cwd, name),
    read: (name: string) => readFileSync(join(cwd, name)),
    fetch: (...words: ReadonlyArray<string>) =>
      client(["--cmd", "enviar_arquivo", ...words], { cwd }),
    ask: (...words: ReadonlyArray<string>) => client(["--cmd", ...words], { cwd })
  }
})

const said = ({ code, stderr, stdout }: Ended) => ({ code, stdout, stderr })

layer(Shared.layer(folderWith(files)), { timeout: "1 minute" })("app client --output", (it) => {
  describe("to a link", () => {
    it.effect("writes what the link leads to, and leaves the link", () =>
      Effect.gen(function* () {
        const { at, cwd, fetch, read } = yield* setUp
        mkdirSync(at("elsewhere"))
        symlinkSync("elsewhere/file", at("link"))
        for (const name of names) {
          writeFileSync(at("elsewhere/file"), "old")
          assert.strictEqual((yield* fetch(name, "--output", "link")).code, 0)
          assert.strictEqual(readlinkSync(at("link")), "elsewhere/file")
          assert.isTrue(read("elsewhere/file").equals(files[name]))
        }
        assert.deepStrictEqual(contents(cwd), ["elsewhere", "elsewhere/file", "link"])
      })
    )

    it.effect("that leads nowhere makes the file where it leads, and leaves the link", () =>
      Effect.gen(function* () {
        const { at, fetch, read } = yield* setUp
        mkdirSync(at("elsewhere"))
        symlinkSync("elsewhere/other", at("link"))
        symlinkSync("file", at("elsewhere/other"))
        assert.strictEqual(
          (yield* fetch("small.bin", "--output", "link", "--no-overwrite")).code,
          0
        )
        assert.isTrue(read("elsewhere/file").equals(small))
        assert.isTrue(lstatSync(at("link")).isSymbolicLink())
        assert.isTrue(lstatSync(at("elsewhere/other")).isSymbolicLink())
      })
    )

    it.effect("that leads to itself, or into no folder, is refused and stays", () =>
      Effect.gen(function* () {
        const { at, cwd, fetch } = yield* setUp
        symlinkSync("loop", at("loop"))
        symlinkSync("nowhere/file", at("astray"))
        for (const link of ["loop", "astray"]) {
          for (const name of ["large.bin", "small.bin"]) {
            const { code, stderr } = yield* fetch(name, "--output", link)
            assert.strictEqual(code, 1)
            assert.match(stderr, /^Não foi possível gravar \S+: [^\n]+\.\n$/)
          }
        }
        assert.deepStrictEqual(contents(cwd), ["astray", "loop"])
        assert.isTrue(lstatSync(at("loop")).isSymbolicLink())
      })
    )

    it.effect("with --no-overwrite leaves the file that it leads to", () =>
      Effect.gen(function* () {
        const { at, fetch, read } = yield* setUp
        writeFileSync(at("file"), "old")
        symlinkSync("file", at("link"))
        const { code } = yield* fetch("small.bin", "--output", "link", "--no-overwrite")
        assert.strictEqual(code, 0)
        assert.strictEqual(read("file").toString(), "old")
      })
    )
  })

  describe("to a FIFO", () => {
    it.effect.each(names.map((name) => ({ name })))(
      "gives its reader every byte, then its end: $name",
      ({ name }) =>
        Effect.gen(function* () {
          const { at, cwd, fetch } = yield* setUp
          execFileSync("mkfifo", [at("pipe")])
          const reader = yield* start("cat", ["pipe"], { cwd })
          assert.deepStrictEqual(said(yield* fetch(name, "--output", "pipe")), {
            code: 0,
            stdout: "pipe\n",
            stderr: ""
          })
          assert.isTrue((yield* reader.ended).bytes.equals(files[name]))
          assert.isTrue(lstatSync(at("pipe")).isFIFO())
          assert.deepStrictEqual(contents(cwd), ["pipe"])
        })
    )

    it.effect("that nobody reads yet waits for a reader", () =>
      Effect.gen(function* () {
        const { app, port } = yield* Shared
        const { at, cwd } = yield* setUp
        execFileSync("mkfifo", [at("pipe")])
        const client = yield* app.start(["client", "--port", String(port), "--output", "pipe"], {
          cwd
        })
        yield* client.write("hora_atual\nenviar_arquivo small.bin\n")
        yield* client.says("stdout", /^\d\d:\d\d:\d\d\n/)
        const reader = yield* start("cat", ["pipe"], { cwd })
        assert.isTrue((yield* reader.ended).bytes.equals(small))
        yield* client.end
        assert.strictEqual((yield* client.ended).code, 0)
      })
    )

    it.effect("that nobody ever reads is waited for no longer than the person likes", () =>
      Effect.gen(function* () {
        const { app, port } = yield* Shared
        const { at, cwd } = yield* setUp
        execFileSync("mkfifo", [at("pipe")])
        const client = yield* app.start(["client", "--port", String(port), "--output", "pipe"], {
          cwd
        })
        yield* client.write("hora_atual\nenviar_arquivo small.bin\n")
        yield* client.says("stdout", /^\d\d:\d\d:\d\d\n/)
        yield* client.kill("SIGINT")
        assert.strictEqual((yield* client.ended).code, 130)
      })
    )

    it.effect("whose reader goes away says so", () =>
      Effect.gen(function* () {
        const { at, cwd, fetch } = yield* setUp
        execFileSync("mkfifo", [at("pipe")])
        yield* start("head", ["--bytes=1", "pipe"], { cwd })
        assert.deepStrictEqual(said(yield* fetch("large.bin", "--output", "pipe")), {
          code: 1,
          stdout: "",
          stderr: "Não foi possível gravar pipe: quem lia foi embora.\n"
        })
      })
    )

    it.effect("with --no-overwrite leaves it alone, and waits for nobody", () =>
      Effect.gen(function* () {
        const { at, fetch } = yield* setUp
        execFileSync("mkfifo", [at("pipe")])
        const { code, stdout } = yield* fetch("small.bin", "--output", "pipe", "--no-overwrite")
        assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: "pipe\n" })
      })
    )

    it.effect("in a folder, under a file's own name, is neither replaced nor read", () =>
      Effect.gen(function* () {
        const { at, fetch } = yield* setUp
        for (const name of names) {
          execFileSync("mkfifo", [at(name)])
          assert.deepStrictEqual(said(yield* fetch(name)), {
            code: 1,
            stdout: "",
            stderr: `Não foi possível gravar ${name}: lá está algo que não é um arquivo comum.\n`
          })
          assert.isTrue(lstatSync(at(name)).isFIFO())
        }
      })
    )
  })

  describe("to a device", () => {
    const note = "[skipped where no device may be made]"

    it.effect.skipIf(!canMakeDevices)(`writes into it, and leaves it a device ${note}`, () =>
      Effect.gen(function* () {
        const { at, cwd, fetch } = yield* setUp
        execFileSync("mknod", [at("null"), "c", "1", "3"])
        symlinkSync("null", at("link"))
        for (const name of names) {
          for (const output of ["null", "link"]) {
            const ended = yield* fetch(name, "--output", output)
            assert.deepStrictEqual(said(ended), { code: 0, stdout: `${output}\n`, stderr: "" })
          }
        }
        assert.isTrue(lstatSync(at("null")).isCharacterDevice())
        assert.strictEqual(statSync(at("null")).rdev, 0x103)
        assert.deepStrictEqual(contents(cwd), ["link", "null"])
      })
    )

    it.effect.skipIf(!canMakeDevices)(`that is full says so, and stays a device ${note}`, () =>
      Effect.gen(function* () {
        const { at, fetch } = yield* setUp
        execFileSync("mknod", [at("full"), "c", "1", "7"])
        assert.deepStrictEqual(said(yield* fetch("small.bin", "--output", "full")), {
          code: 1,
          stdout: "",
          stderr: "Não foi possível gravar full: disco cheio.\n"
        })
        assert.isTrue(lstatSync(at("full")).isCharacterDevice())
      })
    )
  })

  describe("with --no-overwrite", () => {
    it.effect("keeps what is there whatever asks for it", () =>
      Effect.gen(function* () {
        const { ask, at, read } = yield* setUp
        writeFileSync(at("here"), "old")
        for (const words of [
          ["GET", "small.bin"],
          ["GETRANGE", "small.bin", "0", "9"],
          ["enviar_arquivo", "small.bin"],
          ["enviar_arquivo", "small.bin", "--start", "5"]
        ]) {
          const { code } = yield* ask(...words, "--output", "here", "--no-overwrite")
          assert.strictEqual(code, 0)
          assert.strictEqual(read("here").toString(), "old")
        }
      })
    )
  })

  it.effect("for a part that cannot be saved says why", () =>
    Effect.gen(function* () {
      const { fetch } = yield* setUp
      const { code, stderr } = yield* fetch("small.bin", "--start", "5", "--output", "no/file")
      assert.strictEqual(code, 1)
      assert.match(stderr, /^Não foi possível gravar [^\n]+: a pasta não existe\.\n$/)
    })
  )
})
