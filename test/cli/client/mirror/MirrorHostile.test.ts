import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import type { Request } from "../../../../src/codec/Codec.ts"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import * as Proxy from "../../../support/fakes/Proxy.ts"
import { App, Shared } from "../../../support/programs/App.ts"
import { snapshot } from "../../../support/programs/MirrorTrial.ts"
import { canMount, mounted } from "../../../support/stores/MountedFolder.ts"
import { folderWith, temporaryFolder, writeFiles } from "../../../support/stores/TemporaryFolder.ts"
import { sha256 } from "../../../support/Transfers.ts"

const bulk = (latin1: string): string => `$${latin1.length}\r\n${latin1}\r\n`
const list = (items: ReadonlyArray<string>): string => `*${items.length}\r\n${items.join("")}`
const details = (name: string): string =>
  `%4\r\n${bulk("nome")}${bulk(name)}${bulk("tamanho")}:3\r\n`
  + `${bulk("modificado")}${bulk("2001-02-03T04:05:06.789Z")}${bulk("versao")}${bulk("1")}`

/** A server of files of three bytes with these names, who means well but for what the test says otherwise. */
const serverOf =
  (
    names: ReadonlyArray<string>,
    instead: Partial<Record<Request["_tag"], FakeServer.Answer>> = {}
  ) =>
  (request: Request): FakeServer.Answer => {
    const other = instead[request._tag]
    if (other !== undefined) return other
    switch (request._tag) {
      case "List":
        return list(
          names
            .filter((name) => request.after === undefined || name > request.after)
            .slice(0, request.limit)
            .map((name) => (request.fields === undefined ? bulk(name) : details(name)))
        )
      case "Describe":
        return details(request.name)
      case "SendFile":
        return FakeServer.fileReply(request.name, "abc")
      case "Digest":
        return bulk(sha256(Buffer.from("abc")))
      default:
        return "-ERR no\r\n"
    }
  }

/** A target in a folder of its own that mirrors whoever answers like this, again and again. */
const makeTarget = Effect.gen(function* () {
  const app = yield* App
  const outer = yield* temporaryFolder
  const target = join(outer, "around", "target")
  fs.mkdirSync(join(outer, "around"))
  return {
    outer,
    target,
    mirror: Effect.fnUntraced(function* (
      answers: (request: Request) => FakeServer.Answer,
      ...words: ReadonlyArray<string>
    ) {
      const { address } = yield* FakeServer.make({ answers })
      const port = String(address.port)
      return yield* app.run(
        ["client", "--lang", "en", "--retries", "0", "--port", port, "--mirror", target, ...words],
        { cwd: outer }
      )
    })
  }
})

const honest = serverOf(["a", "b/c", "d"])

layer(App.layer, { excludeTestServices: true })("a server that lies to a mirror", (it) => {
  it.effect("leads nowhere outside of the folder, and nothing is done", () =>
    Effect.gen(function* () {
      const { mirror, outer, target } = yield* makeTarget
      assert.strictEqual((yield* mirror(honest)).code, 0)
      const before = snapshot(outer)
      for (const name of ["../x", "/x", "b/../../x", "x\\y", "b//x"]) {
        const ended = yield* mirror(
          serverOf(["a", name].sort()),
          "--delete",
          "--max-delete",
          "100%"
        )
        assert.strictEqual(ended.code, 1, name)
        assert.include(ended.stderr, "not asked for")
      }
      const unasked = yield* mirror(serverOf(["a", "x"]), "a", "--delete", "--max-delete", "100%")
      assert.strictEqual(unasked.code, 1)
      // It may list the mirror's own folder, and what is hidden: neither is mirrored.
      const own = yield* mirror(serverOf([".app-mirror/state", ".ssh/keys", "a", "b/c", "d"]))
      assert.strictEqual(own.code, 0, own.stderr)
      assert.deepStrictEqual(snapshot(outer), before)
      assert.isTrue(fs.existsSync(target))
    })
  )

  it.effect(
    "whose bytes are others than its digest says has exit code 4, and the old file stays",
    () =>
      Effect.gen(function* () {
        const { mirror, target } = yield* makeTarget
        yield* mirror(honest)
        fs.rmSync(join(target, "d"))
        const ended = yield* mirror(
          serverOf(["a", "b/c", "d"], { Digest: bulk(sha256(Buffer.from("xyz"))) })
        )
        assert.strictEqual(ended.code, 4)
        assert.include(ended.stderr, "does not match the server's SHA-256")
        assert.deepStrictEqual(fs.readdirSync(target).sort(), [".app-mirror", "a", "b"])
      })
  )

  it.effect("whose listing is empty, fails, is cut off or goes in circles deletes nothing", () =>
    Effect.gen(function* () {
      const { mirror, outer } = yield* makeTarget
      yield* mirror(honest)
      const before = snapshot(outer)
      const lost = /^The connection to 127\.0\.0\.1:\d+ was lost\.\n$/
      const meaningless =
        /^Cannot understand the reply of 127\.0\.0\.1:\d+: the reply has another shape than the command.s\.\n$/
      const lists: ReadonlyArray<readonly [FakeServer.Answer, code: number, sentence: RegExp]> = [
        [list([]), 1, /^The server lists no file at all, and 3 would be deleted\. [^\n]+\n$/],
        ["-UNAVAILABLE no\r\n", 1, /^[^\n]*unavailable[^\n]*\n$/],
        [FakeServer.ends(`*3\r\n${details("a")}`), 3, lost],
        [FakeServer.breaks(""), 3, lost],
        [list([details("b"), details("a")]), 3, meaningless],
        [list([details("a"), details("a")]), 3, meaningless],
        [bulk("a"), 3, meaningless]
      ]
      for (const [answer, code, sentence] of lists) {
        const ended = yield* mirror(serverOf([], { List: answer }), "--delete", "--force")
        assert.strictEqual(ended.code, code, ended.stderr)
        assert.match(ended.stderr, sentence)
        assert.deepStrictEqual(snapshot(outer), before)
      }
    })
  )

  it.effect("that gives no digests is not said to have the same files", () =>
    Effect.gen(function* () {
      const { mirror } = yield* makeTarget
      assert.strictEqual((yield* mirror(honest)).code, 0)
      const refusing = serverOf(["a", "b/c", "d"], { Digest: "-UNAVAILABLE no\r\n" })
      const ended = yield* mirror(refusing, "--checksum")
      assert.strictEqual(ended.code, 1)
      assert.include(ended.stderr, "unavailable")
    })
  )

  it.effect("whose files vanish between the listing and the transfer is no error", () =>
    Effect.gen(function* () {
      const { mirror, target } = yield* makeTarget
      const gone = "-NOTFOUND no\r\n"
      const ended = yield* mirror(serverOf(["a"], { SendFile: gone, Digest: gone }))
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(fs.readdirSync(target), [".app-mirror"])
    })
  )
})

const files = { "small.txt": "small", "sub/large.bin": "x".repeat(600_000), "z.txt": "last" }

layer(Shared.layer(folderWith(files)), { excludeTestServices: true })("a mirror", (it) => {
  describe("into a disk", () => {
    it.effect.skipIf(!canMount)(
      "that is full says so once, and goes on when there is room [skipped where nothing may be mounted]",
      () =>
        Effect.gen(function* () {
          const { client } = yield* Shared
          const disk = yield* mounted("size=400k")
          const words = ["--lang", "en", "--mirror", join(disk, "target")]
          const full = yield* client(words, { cwd: disk })
          assert.strictEqual(full.code, 1)
          assert.match(full.stderr, /Cannot save .*: the disk is full\.\n$/)
          execFileSync("mount", ["-o", "remount,size=4m", disk])
          const ended = yield* client(words, { cwd: disk })
          assert.strictEqual(ended.code, 0, ended.stderr)
          assert.strictEqual(
            fs.readFileSync(join(disk, "target/sub/large.bin"), "utf8"),
            files["sub/large.bin"]
          )
          assert.deepStrictEqual(fs.readdirSync(join(disk, "target/.app-mirror")), ["state"])
        })
    )

    it.effect.skipIf(!canMount)(
      "inside of which another is mounted fills both [skipped where nothing may be mounted]",
      () =>
        Effect.gen(function* () {
          const { client } = yield* Shared
          const target = yield* temporaryFolder
          const inner = join(target, "sub")
          fs.mkdirSync(inner)
          yield* Effect.acquireRelease(
            Effect.sync(() =>
              execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "none", inner])
            ),
            () => Effect.sync(() => execFileSync("umount", ["--lazy", inner]))
          )
          const ended = yield* client(["--lang", "en", "--mirror", target], { cwd: target })
          assert.strictEqual(ended.code, 0, ended.stderr)
          assert.deepStrictEqual(fs.readdirSync(inner), ["large.bin"])
          const again = yield* client(["--lang", "en", "--mirror", target], { cwd: target })
          assert.strictEqual(again.stderr, "Nothing to do: 3 files are the same.\n")
        })
    )

    it.effect.skipIf(!canMount)(
      "that is read-only says so in a sentence [skipped where nothing may be mounted]",
      () =>
        Effect.gen(function* () {
          const { client } = yield* Shared
          const disk = yield* mounted("size=1m,ro")
          const cwd = yield* temporaryFolder
          for (const target of [disk, join(disk, "target")]) {
            const ended = yield* client(["--lang", "en", "--mirror", target], { cwd })
            assert.strictEqual(ended.code, 1)
            assert.match(ended.stderr, /Cannot save .*: the file system is read-only\.\n$/)
          }
        })
    )
  })

  it.effect("goes on with a large file where the connection broke, and verifies all of it", () =>
    Effect.gen(function* () {
      const { app, port } = yield* Shared
      const cwd = yield* temporaryFolder
      const proxy = yield* Proxy.make({ host: "127.0.0.1", port })
      proxy.cut(300_000)
      const words = ["client", "--port", String(proxy.address.port), "--mirror", "target"]
      const ended = yield* app.run(words, { cwd })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isTrue(Proxy.starts(proxy).some((start) => start > 100_000))
      assert.strictEqual(
        fs.readFileSync(join(cwd, "target/sub/large.bin"), "utf8"),
        files["sub/large.bin"]
      )
    })
  )

  it.effect("of a mirror is as the first one's source", () =>
    Effect.gen(function* () {
      const { app, client } = yield* Shared
      const cwd = yield* temporaryFolder
      yield* client(["--mirror", "first"], { cwd })
      const { address } = yield* app.serve(["--dir", join(cwd, "first"), "--hidden"], { cwd })
      const port = String(address.port)
      const words = ["client", "--port", port, "--mirror", "second", "--hidden", "--delete"]
      for (let run = 0; run < 2; run++) {
        const ended = yield* app.run(words, { cwd })
        assert.strictEqual(ended.code, 0, ended.stderr)
      }
      execFileSync("diff", ["-r", "-x", ".app-mirror", join(cwd, "first"), join(cwd, "second")])
      assert.deepStrictEqual(fs.readdirSync(join(cwd, "second/.app-mirror")), ["state"])
    })
  )

  it.effect("into a folder in which links lead out writes nothing there", () =>
    Effect.gen(function* () {
      const { client } = yield* Shared
      const cwd = yield* temporaryFolder
      yield* writeFiles(cwd, { "outside/keep": "keep", "target/mine": "mine" })
      fs.symlinkSync("../outside", join(cwd, "target/sub"))
      for (const words of [[], ["--force"], ["--force", "--delete"]]) {
        const ended = yield* client(["--lang", "en", "--mirror", "target", ...words], { cwd })
        assert.strictEqual(ended.code, 1)
        assert.include(ended.stderr, "kept       sub/large.bin: in its place")
        assert.deepStrictEqual(fs.readdirSync(join(cwd, "outside")), ["keep"])
      }
    })
  )
})
