import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Ended, Shared, start } from "../../support/programs/App.ts"
import { isInstalled } from "../../support/programs/Programs.ts"
import * as Proxy from "../../support/fakes/Proxy.ts"
import { canMount, mounted } from "../../support/stores/MountedFolder.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import * as Terminal from "../../support/programs/Terminal.ts"
import { contents, noise, partWith, sha256 } from "../../support/Transfers.ts"
import { withoutOverride } from "../../support/Unprivileged.ts"

const MiB = 1024 * 1024
const bytes = noise(1, 6 * MiB)
const small = noise(2, 100_000)

const shared = folderWith({ "big.bin": bytes, "pasta/small.bin": small, "empty.bin": "" })

const said = ({ code, stderr, stdout }: Ended) => ({ code, stdout, stderr })

/** A proxy in front of the shared server, a folder to run in, and the client in it, asked through the proxy. */
const setUp = Effect.gen(function* () {
  const { app, port } = yield* Shared
  const proxy = yield* Proxy.make({ host: "127.0.0.1", port })
  const cwd = yield* temporaryFolder
  /** Its command line. */
  const words = (more: ReadonlyArray<string>) => [
    "client",
    "--port",
    String(proxy.address.port),
    "--cmd",
    "enviar_arquivo",
    ...more
  ]
  return {
    proxy,
    cwd,
    words,
    /** `127.0.0.1:` and the port, as sentences have it. */
    server: `127.0.0.1:${proxy.address.port}`,
    start: (...more: ReadonlyArray<string>) => app.start(words(more), { cwd }),
    run: (...more: ReadonlyArray<string>) => app.run(words(more), { cwd }),
    read: (name: string) => readFileSync(join(cwd, name))
  }
})

const decodeSummary = Schema.decodeUnknownSync(
  Schema.Struct({
    name: Schema.String,
    path: Schema.String,
    bytes: Schema.Number,
    sha256: Schema.NullOr(Schema.String),
    seconds: Schema.NullOr(Schema.Number),
    resumedFrom: Schema.Number
  })
)

/** What `--json` says of one file. */
const summary = ({ stdout }: Ended) => decodeSummary(JSON.parse(stdout))

layer(Shared.layer(shared), { timeout: "1 minute" })("app client --cmd enviar_arquivo", (it) => {
  describe("whose connection is lost", () => {
    it.effect("goes on in the same run from where it was, and says so", () =>
      Effect.gen(function* () {
        const { cwd, proxy, read, run, server } = yield* setUp
        proxy.cut(3 * MiB)
        const ended = yield* run("big.bin")
        assert.deepStrictEqual(said(ended), {
          code: 0,
          stdout: "big.bin\n",
          stderr: `A conexão com ${server} caiu; tentativa 1 de 5.\n`
        })
        assert.deepStrictEqual(contents(cwd), ["big.bin"])
        assert.isTrue(read("big.bin").equals(bytes))
        const [first, second = 0] = Proxy.starts(proxy)
        assert.strictEqual(first, 0)
        assert.isAbove(second, 2.9 * MiB)
      })
    )

    it.effect(
      "exits 3 after --retries, keeps what arrived out of sight, and goes on with it later",
      () =>
        Effect.gen(function* () {
          const { cwd, proxy, read, run, server } = yield* setUp
          proxy.cut(3 * MiB)
          const ended = yield* run("big.bin", "--retries", "0")
          assert.deepStrictEqual(said(ended), {
            code: 3,
            stdout: "",
            stderr: `A conexão com ${server} caiu.\n`
          })
          assert.match(contents(cwd).join(), /^\.\S+\.part$/)
          const again = yield* run("big.bin", "--json")
          const [, second = 0] = Proxy.starts(proxy)
          assert.isAbove(second, 2.9 * MiB)
          assert.include(summary(again), { resumedFrom: second, sha256: sha256(bytes) })
          assert.deepStrictEqual(contents(cwd), ["big.bin"])
          assert.isTrue(read("big.bin").equals(bytes))
        })
    )

    it.effect("to standard output writes every byte once, and in order", () =>
      Effect.gen(function* () {
        const { cwd, proxy, run } = yield* setUp
        proxy.cut(2 * MiB)
        const ended = yield* run("big.bin", "--output", "-")
        assert.strictEqual(ended.code, 0)
        assert.isTrue(ended.bytes.equals(bytes))
        assert.deepStrictEqual(contents(cwd), [])
      })
    )

    it.effect("by the server's death goes on once the server is there again", () =>
      Effect.gen(function* () {
        const { app, folder } = yield* Shared
        const cwd = yield* temporaryFolder
        const slow = yield* app.serve(["--dir", folder, "--max-rate", "2MiB"], { cwd })
        const port = String(slow.address.port)
        const client = yield* app.start(
          ["client", "--port", port, "--cmd", "enviar_arquivo", "big.bin", "--json"],
          { cwd }
        )
        yield* partWith(cwd, 200_000)
        yield* slow.process.kill("SIGKILL")
        yield* slow.process.ended
        yield* client.says("stderr", /tentativa 1 de 5/)
        const server = yield* app.start(["serve", "--port", port, "--dir", folder], { cwd })
        yield* server.says("stderr", /Servindo/)
        const ended = yield* client.ended
        assert.strictEqual(ended.code, 0)
        assert.include(summary(ended), { resumedFrom: 0, sha256: sha256(bytes) })
        assert.deepStrictEqual(contents(cwd), ["big.bin"])
        assert.isTrue(readFileSync(join(cwd, "big.bin")).equals(bytes))
      })
    )
  })

  describe("that is stopped", () => {
    it.effect.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)(
      "by %s goes on in the next run, and asks for the rest only",
      (signal) =>
        Effect.gen(function* () {
          const { cwd, proxy, read, run, start } = yield* setUp
          proxy.hold(4 * MiB)
          const client = yield* start("big.bin")
          yield* partWith(cwd, 3 * MiB)
          yield* client.kill(signal)
          const { code, stderr, stdout } = yield* client.ended
          assert.deepStrictEqual(
            { code, stdout },
            { code: signal === "SIGKILL" ? null : 130, stdout: "" }
          )
          const [part = ""] = contents(cwd)
          assert.match(part, /^\.big\.bin\./)
          const { size } = statSync(join(cwd, part))
          // How much that is, is as of a moment before.
          assert.match(
            stderr,
            signal === "SIGKILL"
              ? /^$/
              : /^Interrompido: \d\.\d MiB de big\.bin estão guardados; o mesmo comando continua daí\.\n$/
          )
          const ended = yield* run("big.bin", "--json")
          assert.deepStrictEqual(Proxy.starts(proxy), [0, size])
          assert.include(summary(ended), {
            name: "big.bin",
            path: "big.bin",
            bytes: bytes.length,
            resumedFrom: size,
            sha256: sha256(bytes)
          })
          assert.deepStrictEqual(contents(cwd), ["big.bin"])
          assert.isTrue(read("big.bin").equals(bytes))
        })
    )
  })

  it.effect("twice at once for the same place succeeds twice, and the file is whole", () =>
    Effect.gen(function* () {
      const { cwd, proxy, read, start } = yield* setUp
      const held = [proxy.hold(MiB), proxy.hold(2 * MiB)] as const
      const clients = [yield* start("big.bin"), yield* start("big.bin")] as const
      yield* held[0].reached
      yield* held[1].reached
      yield* held[1].release
      yield* held[0].release
      for (const client of clients) {
        assert.deepStrictEqual(said(yield* client.ended), {
          code: 0,
          stdout: "big.bin\n",
          stderr: ""
        })
      }
      assert.deepStrictEqual(contents(cwd), ["big.bin"])
      assert.isTrue(read("big.bin").equals(bytes))
    })
  )

  it.effect("for one file twice in one run saves it whole", () =>
    Effect.gen(function* () {
      const { cwd, read, run } = yield* setUp
      const ended = yield* run("big.bin", "big.bin")
      assert.strictEqual(ended.code, 0)
      assert.deepStrictEqual(contents(cwd), ["big.bin"])
      assert.isTrue(read("big.bin").equals(bytes))
    })
  )

  describe("of which a byte changes on the way", () => {
    it.effect.each([
      { name: "big.bin", at: 3 * MiB },
      { name: "pasta/small.bin", at: 50_000 }
    ])("exits 4, and what stood there stays: $name", ({ at, name }) =>
      Effect.gen(function* () {
        const { cwd, proxy, read, run } = yield* setUp
        writeFileSync(join(cwd, "here"), "old")
        proxy.flip(at)
        const ended = yield* run(name, "--output", "here")
        assert.deepStrictEqual(said(ended), {
          code: 4,
          stdout: "",
          stderr: `O que chegou de ${name} não confere com o SHA-256 do servidor. Nada foi gravado.\n`
        })
        assert.deepStrictEqual(contents(cwd), ["here"])
        assert.strictEqual(read("here").toString(), "old")
        const again = yield* run(name, "--output", "here", "--json")
        assert.include(summary(again), { resumedFrom: 0 })
        assert.deepStrictEqual(contents(cwd), ["here"])
        assert.strictEqual(sha256(read("here")), summary(again).sha256)
      })
    )

    it.effect("exits 4 for standard output too, where it is said after the bytes", () =>
      Effect.gen(function* () {
        const { proxy, run } = yield* setUp
        proxy.flip(3 * MiB)
        const ended = yield* run("big.bin", "--output", "-")
        assert.strictEqual(ended.code, 4)
        assert.lengthOf(ended.bytes, bytes.length)
      })
    )

    it.effect("exits 0 with --no-verify, which asks for no digest", () =>
      Effect.gen(function* () {
        const { proxy, read, run } = yield* setUp
        proxy.flip(3 * MiB)
        const ended = yield* run("big.bin", "--no-verify", "--json")
        assert.include(summary(ended), { sha256: null, bytes: bytes.length })
        assert.lengthOf(read("big.bin"), bytes.length)
        assert.isFalse(proxy.asked.some(({ _tag }) => _tag === "Digest"))
      })
    )
  })

  describe("keeps", () => {
    it.effect("the time of the last change", () =>
      Effect.gen(function* () {
        const { folder } = yield* Shared
        const { cwd, run } = yield* setUp
        const time = new Date("2001-02-03T04:05:06.789Z")
        for (const name of ["big.bin", "pasta/small.bin"]) {
          utimesSync(join(folder, name), time, time)
          assert.strictEqual((yield* run(name)).code, 0)
          assert.deepStrictEqual(statSync(join(cwd, name)).mtime, time)
        }
      })
    )

    it.effect("a file that is the same, and says so", () =>
      Effect.gen(function* () {
        const { cwd, proxy, run } = yield* setUp
        writeFileSync(join(cwd, "big.bin"), bytes)
        const { ino } = statSync(join(cwd, "big.bin"))
        assert.deepStrictEqual(said(yield* run("big.bin")), {
          code: 0,
          stdout: "big.bin\n",
          stderr: "big.bin já estava aqui, igual.\n"
        })
        assert.deepStrictEqual(Proxy.starts(proxy), [])
        assert.strictEqual(statSync(join(cwd, "big.bin")).ino, ino)
      })
    )

    it.effect("another file with --no-overwrite, and replaces it without", () =>
      Effect.gen(function* () {
        const { cwd, read, run } = yield* setUp
        const other = Buffer.from(bytes)
        other[7] = (other[7] ?? 0) ^ 1
        writeFileSync(join(cwd, "big.bin"), other)
        assert.deepStrictEqual(said(yield* run("big.bin", "--no-overwrite")), {
          code: 0,
          stdout: "big.bin\n",
          stderr: "big.bin já estava aqui, diferente, e foi mantido.\n"
        })
        assert.isTrue(read("big.bin").equals(other))
        assert.strictEqual((yield* run("big.bin")).code, 0)
        assert.isTrue(read("big.bin").equals(bytes))
      })
    )
  })

  describe("for a part", () => {
    it.effect.each([
      { flags: ["--start", "1000", "--length", "2000"], first: 1000, last: 3000 },
      { flags: ["--start", String(bytes.length - 10)], first: bytes.length - 10, last: undefined },
      { flags: ["--length", "5"], first: 0, last: 5 },
      { flags: ["--start", String(bytes.length)], first: bytes.length, last: undefined },
      { flags: ["--start", "5", "--length", "9999999999"], first: 5, last: undefined },
      { flags: ["--length", "0"], first: 0, last: 0 }
    ])("brings just that, to a file and to standard output: $flags", ({ first, flags, last }) =>
      Effect.gen(function* () {
        const { read, run } = yield* setUp
        const part = bytes.subarray(first, last)
        assert.strictEqual((yield* run("big.bin", ...flags)).code, 0)
        assert.isTrue(read("big.bin").equals(part))
        const streamed = yield* run("big.bin", "--output", "-", ...flags)
        assert.strictEqual(streamed.code, 0)
        assert.isTrue(streamed.bytes.equals(part))
      })
    )

    it.effect("past the end is refused, and what stood there stays", () =>
      Effect.gen(function* () {
        const { cwd, read, run } = yield* setUp
        writeFileSync(join(cwd, "big.bin"), "old")
        const ended = yield* run("big.bin", "--start", String(bytes.length + 1))
        assert.deepStrictEqual(said(ended), {
          code: 1,
          stdout: "",
          stderr: `O início pedido fica além do fim do arquivo, que tem ${bytes.length} bytes.\n`
        })
        assert.strictEqual(read("big.bin").toString(), "old")
      })
    )
  })

  it.effect("for an empty file saves an empty file", () =>
    Effect.gen(function* () {
      const { read, run } = yield* setUp
      const ended = yield* run("empty.bin", "--json")
      assert.include(summary(ended), { bytes: 0, sha256: sha256(Buffer.alloc(0)) })
      assert.lengthOf(read("empty.bin"), 0)
    })
  )

  describe("that cannot save", () => {
    const cannotSave = (ended: Ended, path: string, reason: string) =>
      assert.deepStrictEqual(said(ended), {
        code: 1,
        stdout: "",
        stderr: `Não foi possível gravar ${path}: ${reason}.\n`
      })

    it.effect.skipIf(!canMount)(
      "for the disk is full says so, and leaves no file there [skipped where nothing may be mounted]",
      () =>
        Effect.gen(function* () {
          const { proxy, run } = yield* setUp
          const disk = yield* mounted("size=2m")
          writeFileSync(join(disk, "big.bin"), "old")
          const ended = yield* run("big.bin", "--output", `${disk}/`)
          cannotSave(ended, join(disk, "big.bin"), "disco cheio")
          assert.strictEqual(readFileSync(join(disk, "big.bin"), "utf8"), "old")
          assert.lengthOf(
            contents(disk).filter((name) => !name.endsWith(".part")),
            1
          )
          // It is not a matter of the connection.
          assert.lengthOf(Proxy.starts(proxy), 1)
        })
    )

    it.effect.skipIf(!canMount)(
      "a small file for the disk is full leaves nothing at all there [skipped where nothing may be mounted]",
      () =>
        Effect.gen(function* () {
          const { run } = yield* setUp
          const disk = yield* mounted("size=64k")
          const ended = yield* run("pasta/small.bin", "--output", `${disk}/`)
          cannotSave(ended, join(disk, "pasta/small.bin"), "disco cheio")
          assert.deepStrictEqual(contents(disk), ["pasta"])
        })
    )

    it.effect.skipIf(!canMount)(
      "for the disk is read-only says so [skipped where nothing may be mounted]",
      () =>
        Effect.gen(function* () {
          const { run } = yield* setUp
          const disk = yield* mounted("size=1m,ro")
          for (const name of ["big.bin", "empty.bin"]) {
            const ended = yield* run(name, "--output", `${disk}/`)
            cannotSave(ended, join(disk, name), "sistema de arquivos só para leitura")
          }
        })
    )

    it.effect("for it may not write there says so", () =>
      Effect.gen(function* () {
        const { app } = yield* Shared
        const { cwd, words } = yield* setUp
        mkdirSync(join(cwd, "mine"))
        chmodSync(join(cwd, "mine"), 0o500)
        const [program, ...rest] = [
          ...withoutOverride,
          process.execPath,
          app.file,
          ...words(["big.bin", "--output", "mine/"])
        ]
        const client = yield* start(program ?? "", rest, { cwd })
        yield* client.end
        cannotSave(yield* client.ended, "mine/big.bin", "sem permissão")
      })
    )

    it.effect.each(["big.bin", "pasta/small.bin"])(
      "for a folder has its name says so, and leaves the folder: %s",
      (name) =>
        Effect.gen(function* () {
          const { cwd, proxy, run } = yield* setUp
          mkdirSync(join(cwd, name, "inside"), { recursive: true })
          const before = contents(cwd)
          cannotSave(
            yield* run(name),
            name,
            "há ali uma pasta com este nome; tire-a dali ou escolha outro lugar"
          )
          assert.deepStrictEqual(contents(cwd), before)
          assert.deepStrictEqual(Proxy.starts(proxy), [])
        })
    )

    it.effect("for a part of its way is a file says so, and leaves that", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* setUp
        writeFileSync(join(cwd, "pasta"), "old")
        const ended = yield* run("pasta/small.bin")
        assert.strictEqual(ended.code, 1)
        assert.match(ended.stderr, /^Não foi possível gravar pasta\/small\.bin: [^\n]+\.\n$/)
        assert.notMatch(ended.stderr, /E[A-Z]{3}/)
        assert.strictEqual(readFileSync(join(cwd, "pasta"), "utf8"), "old")
      })
    )

    it.effect("into a folder says where in it", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* setUp
        mkdirSync(join(cwd, "out"))
        writeFileSync(join(cwd, "out/pasta"), "old")
        for (const range of [[], ["--start", "5"]]) {
          const { stderr } = yield* run("pasta/small.bin", "--output", "out", ...range)
          assert.match(stderr, /^Não foi possível gravar out\/pasta\/small\.bin: [^\n]+\.\n$/)
        }
      })
    )
  })

  describe("shows how far it is", () => {
    const bar = /big\.bin \[[^\]]*\] (\d+)% \| [\d.]+ MiB\/6\.0 MiB \|/

    it.effect.skipIf(!Terminal.hasTerminal)(
      "on a terminal, with name, percentage, bytes and rate, and leaves no trace of it",
      () =>
        Effect.gen(function* () {
          const { app } = yield* Shared
          const { cwd, proxy } = yield* setUp
          const held = proxy.hold(3 * MiB + 1000)
          const terminal = yield* Terminal.open(
            [
              process.execPath,
              app.file,
              "client",
              "--port",
              String(proxy.address.port),
              "--cmd",
              "enviar_arquivo",
              "big.bin"
            ],
            { cwd }
          )
          yield* terminal.shows(
            /big\.bin \[[^\]]*\] (?:49|50)% \| 3\.0 MiB\/6\.0 MiB \| [\d.]+ \w+\/s/
          )
          yield* held.release
          const { code, restored, shown } = yield* terminal.ended
          assert.isTrue(restored)
          assert.strictEqual(code, 0)
          assert.match(shown, bar)
          assert.include(shown, "conferindo")
          // The last line is erased before the result is printed, and the cursor is shown again.
          const end = shown.slice(shown.lastIndexOf("%"))
          assert.match(end, /\x1b\[(?:[02])?[KJ][^%]*big\.bin\r\n/)
          assert.isAbove(shown.lastIndexOf("\x1b[?25h"), shown.lastIndexOf("\x1b[?25l"))
        })
    )

    it.effect.skipIf(!Terminal.hasTerminal)("not at all with --quiet", () =>
      Effect.gen(function* () {
        const { app } = yield* Shared
        const { cwd, proxy } = yield* setUp
        const words = ["client", "--port", String(proxy.address.port), "--quiet", "--cmd"]
        const terminal = yield* Terminal.open(
          [process.execPath, app.file, ...words, "enviar_arquivo", "big.bin"],
          { cwd }
        )
        const { code, shown } = yield* terminal.ended
        assert.deepStrictEqual({ code, shown }, { code: 0, shown: "big.bin\r\n" })
      })
    )

    it.effect("not at all where standard error is no terminal", () =>
      Effect.gen(function* () {
        const { proxy, start } = yield* setUp
        const held = proxy.hold(3 * MiB)
        const client = yield* start("big.bin")
        yield* held.reached
        yield* held.release
        assert.deepStrictEqual(said(yield* client.ended), {
          code: 0,
          stdout: "big.bin\n",
          stderr: ""
        })
      })
    )
  })

  // Its streams are pipes, as those of what nohup starts are no terminal.
  it.effect("outlives SIGHUP where no terminal can have gone", () =>
    Effect.gen(function* () {
      const { proxy, read, start } = yield* setUp
      const held = proxy.hold(3 * MiB)
      const client = yield* start("big.bin")
      yield* held.reached
      yield* client.kill("SIGHUP")
      yield* held.release
      const { code, signal } = yield* client.ended
      assert.deepStrictEqual({ code, signal }, { code: 0, signal: null })
      assert.isTrue(read("big.bin").equals(bytes))
    })
  )

  describe.skipIf(!isInstalled("redis-cli"))("has the bytes that redis-cli has", () => {
    /** Everything but the line end that redis-cli adds; its `--raw` output is exact where there is no text around. */
    const redis = Effect.fnUntraced(function* (...words: ReadonlyArray<string>) {
      const { port } = yield* Shared
      const out = execFileSync("redis-cli", ["-p", String(port), "--raw", ...words], {
        maxBuffer: 64 * MiB
      })
      return yield* Effect.succeed(out)
    })

    it.effect("from GET, GETRANGE, STRLEN and enviar_arquivo", () =>
      Effect.gen(function* () {
        const line = Buffer.from("\n")
        for (const [name, content] of [
          ["big.bin", bytes],
          ["pasta/small.bin", small]
        ] as const) {
          assert.isTrue((yield* redis("GET", name)).equals(Buffer.concat([content, line])))
          const range = yield* redis("GETRANGE", name, "1000", "69999")
          assert.isTrue(range.equals(Buffer.concat([content.subarray(1000, 70_000), line])))
          assert.strictEqual((yield* redis("STRLEN", name)).toString(), `${content.length}\n`)
          const sent = yield* redis("enviar_arquivo", name)
          assert.isTrue(sent.equals(Buffer.concat([Buffer.from(`${name}\n`), content, line])))
          assert.strictEqual(
            (yield* redis("soma_arquivo", name)).toString().trim(),
            sha256(content)
          )
        }
      })
    )
  })
})
