import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { type Ended, Shared } from "../../../support/programs/App.ts"
import { filesIn, snapshot } from "../../../support/programs/MirrorTrial.ts"
import { folderWith, temporaryFolder, writeFiles } from "../../../support/stores/TemporaryFolder.ts"

/** A part of the shared folder that one test has for itself, and a target. */
const makePair = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const { client, folder } = yield* Shared
  const place = yield* temporaryFolder
  const part = fs.mkdtempSync(join(folder, "part-"))
  yield* writeFiles(part, files)
  const name = part.slice(folder.length + 1)
  const target = join(place, "target")
  return {
    part,
    target,
    /** What the target has of this part. */
    copy: join(target, name),
    name,
    mirror: (...words: ReadonlyArray<string>): Effect.Effect<Ended> =>
      client(["--lang", "en", "--mirror", target, `${name}/**`, ...words], { cwd: place })
  }
})

const read = (folder: string, name: string): string => fs.readFileSync(join(folder, name), "utf8")

layer(Shared.layer(folderWith({ "other.txt": "other" })), { excludeTestServices: true })(
  "app client --mirror",
  (it) => {
    it.effect("fetches what is there, then only what changed, and says so in one line", () =>
      Effect.gen(function* () {
        const { copy, mirror, part } = yield* makePair({ a: "1", "b/c\x9b": "22", "b/d": "333" })
        const first = yield* mirror()
        assert.deepStrictEqual([first.code, first.stdout], [0, ""])
        assert.strictEqual(first.stderr, "Plan: new: 3; to receive: 6 B.\nReceived: 3 (6 B).\n")
        assert.deepStrictEqual(filesIn(copy), ["a", "b/c\x9b", "b/d"])
        const second = yield* mirror()
        assert.strictEqual(second.stderr, "Nothing to do: 3 files are the same.\n")
        fs.writeFileSync(join(part, "b/c\x9b"), "44")
        const third = yield* mirror("--json")
        assert.strictEqual(read(copy, "b/c\x9b"), "44")
        assert.notMatch(third.stdout, /[\x7f-\x9f]/)
        assert.deepStrictEqual(JSON.parse(third.stdout), {
          action: "changed",
          name: `${copy.slice(copy.lastIndexOf("/") + 1)}/b/c\x9b`,
          bytes: 2
        })
      })
    )

    it.effect("keeps what people changed or put there, exits 1, and replaces it with --force", () =>
      Effect.gen(function* () {
        const { copy, mirror, name, part, target } = yield* makePair({ a: "1", b: "2", c: "3" })
        yield* mirror()
        fs.writeFileSync(join(copy, "a"), "by hand")
        fs.writeFileSync(join(copy, "new"), "mine")
        fs.rmSync(join(copy, "c"))
        fs.mkdirSync(join(target, "..", "elsewhere"))
        fs.symlinkSync("../../elsewhere/x", join(copy, "c"))
        fs.writeFileSync(join(part, "a"), "server")
        fs.writeFileSync(join(part, "new"), "theirs")
        const kept = yield* mirror("--delete")
        assert.strictEqual(kept.code, 1)
        assert.include(kept.stderr, `kept       ${name}/a: it was changed here by hand\n`)
        assert.include(kept.stderr, `kept       ${name}/new: the mirror did not bring it`)
        assert.include(kept.stderr, `kept       ${name}/c: in its place is something`)
        assert.deepStrictEqual([read(copy, "a"), read(copy, "new")], ["by hand", "mine"])
        const backup = join(target, "..", "backup")
        const forced = yield* mirror("--force", "--backup", backup)
        assert.strictEqual(forced.code, 0, forced.stderr)
        assert.deepStrictEqual(
          [read(copy, "a"), read(copy, "new"), read(copy, "c")],
          ["server", "theirs", "3"]
        )
        assert.deepStrictEqual(
          [read(backup, `${name}/a`), read(backup, `${name}/new`)],
          ["by hand", "mine"]
        )
        assert.deepStrictEqual(fs.readdirSync(join(target, "..", "elsewhere")), [])
      })
    )

    it.effect(
      "deletes with --delete only, only its own files, and folders that are empty then",
      () =>
        Effect.gen(function* () {
          const { copy, mirror, name, part, target } = yield* makePair({
            a: "1",
            b: "2",
            c: "3",
            "d/e": "4"
          })
          yield* mirror()
          fs.writeFileSync(join(copy, "mine"), "mine")
          fs.rmSync(join(part, "d"), { recursive: true })
          fs.rmSync(join(part, "c"))
          fs.appendFileSync(join(copy, "c"), " by hand")
          const without = yield* mirror()
          assert.include(without.stderr, "gone: 1")
          assert.isTrue(fs.existsSync(join(copy, "d/e")))
          const ended = yield* mirror("--delete")
          assert.strictEqual(ended.code, 1)
          assert.deepStrictEqual(fs.readdirSync(copy).sort(), ["a", "b", "c", "mine"])
          const backup = join(target, "..", "backup")
          const forced = yield* mirror("--delete", "--force", "--backup", backup)
          assert.strictEqual(forced.code, 0, forced.stderr)
          assert.deepStrictEqual(fs.readdirSync(copy).sort(), ["a", "b"])
          assert.deepStrictEqual(filesIn(join(backup, name)), ["c", "mine"])
          assert.strictEqual(read(backup, `${name}/c`), "3 by hand")
          assert.strictEqual(read(backup, `${name}/mine`), "mine")
        })
    )

    it.effect("removes with --delete the empty folders that a killed run left", () =>
      Effect.gen(function* () {
        const { copy, mirror, part } = yield* makePair({ a: "1", "d/e/f": "2", "g/h": "3" })
        yield* mirror()
        for (const name of ["d/e/f", "g/h"]) fs.rmSync(join(copy, name))
        fs.writeFileSync(join(copy, "g/mine"), "mine")
        for (const name of ["d", "g"]) fs.rmSync(join(part, name), { recursive: true })
        // A file is where the folder was.
        fs.writeFileSync(join(part, "d"), "4")
        const ended = yield* mirror("--delete")
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(fs.readdirSync(copy).sort(), ["a", "d", "g"])
        assert.deepStrictEqual([read(copy, "d"), read(copy, "g/mine")], ["4", "mine"])
      })
    )

    it.effect("refuses to delete everything, or more than half, and does nothing then", () =>
      Effect.gen(function* () {
        const { copy, mirror, part, target } = yield* makePair({ a: "1", b: "2", c: "3" })
        yield* mirror()
        const before = snapshot(target)
        fs.rmSync(join(part, "a"))
        fs.rmSync(join(part, "b"))
        fs.writeFileSync(join(part, "new"), "new")
        const half = yield* mirror("--delete", "--max-delete", "1")
        assert.strictEqual(half.code, 1)
        assert.include(half.stderr, "2 of 3 files would be deleted, more than --max-delete.")
        for (const name of ["new2", "new3"]) fs.writeFileSync(join(part, name), name)
        assert.include((yield* mirror("--delete")).stderr, "2 of 3 files would be deleted.")
        for (const name of ["new2", "new3"]) fs.rmSync(join(part, name))
        fs.rmSync(join(part, "new"))
        assert.include((yield* mirror("--delete")).stderr, "2 of 3 files would be deleted.")
        fs.rmSync(join(part, "c"))
        assert.include((yield* mirror("--delete")).stderr, "The server lists no file at all")
        assert.deepStrictEqual(snapshot(target), before)
        assert.strictEqual((yield* mirror("--delete", "--max-delete", "100%")).code, 0)
        assert.isFalse(fs.existsSync(copy))
      })
    )

    it.effect("--dry-run says what a run does, a line a file, and changes nothing", () =>
      Effect.gen(function* () {
        const { copy, mirror, part, target } = yield* makePair({
          changed: "1",
          gone: "2",
          same: "3",
          touched: "4",
          hand: "5",
          "old name": "six"
        })
        const fresh = yield* mirror("--dry-run")
        assert.strictEqual(fresh.stdout.match(/^new /gm)?.length, 6)
        assert.isFalse(fs.existsSync(target))
        yield* mirror()
        fs.writeFileSync(join(part, "changed"), "longer")
        fs.rmSync(join(part, "gone"))
        fs.utimesSync(join(part, "touched"), 1, 1_000_000_000)
        fs.writeFileSync(join(copy, "hand"), "by hand")
        fs.renameSync(join(part, "old name"), join(part, "new name"))
        fs.writeFileSync(join(part, "fresh"), "fresh")
        const before = snapshot(target)
        const words = ["--delete", "--json"]
        const dry = yield* mirror(...words, "--dry-run")
        assert.deepStrictEqual(snapshot(target), before)
        const real = yield* mirror(...words)
        const lines = ({ stdout }: Ended) => stdout.trimEnd().split("\n").sort()
        assert.deepStrictEqual(lines(real), lines(dry))
        assert.strictEqual(lines(real).length, 7)
        assert.strictEqual(dry.code, real.code)
      })
    )

    it.effect(
      "copies what was renamed, files that changed names in a circle too, without fetching",
      () =>
        Effect.gen(function* () {
          const big = "x".repeat(100_000)
          const { copy, mirror, part } = yield* makePair({
            a: `${big}a`,
            b: `${big}b`,
            c: `${big}c`
          })
          yield* mirror()
          for (const [from, to] of [
            ["a", "t"],
            ["b", "a"],
            ["t", "b"],
            ["c", "d"]
          ] as const)
            fs.renameSync(join(part, from), join(part, to))
          const ended = yield* mirror("--delete")
          assert.strictEqual(
            ended.stderr,
            "Plan: new: 0; renamed: 3; gone: 1; to receive: 0 B.\n"
              + "Received: 0 (0 B); renamed: 3; deleted: 1.\n"
          )
          assert.deepStrictEqual(
            ["a", "b", "d"].map((name) => read(copy, name).slice(-1)),
            ["b", "a", "c"]
          )
          assert.deepStrictEqual(filesIn(copy), ["a", "b", "d"])
        })
    )

    it.effect(
      "puts a file where a folder was, and a folder where a file was, as --dry-run says",
      () =>
        Effect.gen(function* () {
          const { copy, mirror, part } = yield* makePair({
            a: "1",
            "b/c": "2",
            d: "3",
            e: "4",
            "f/g": "5",
            h: "6"
          })
          yield* mirror()
          for (const name of ["a", "b", "f"]) fs.rmSync(join(part, name), { recursive: true })
          yield* writeFiles(part, { "a/x": "7", b: "8", f: "9" })
          fs.writeFileSync(join(copy, "b/mine"), "mine")
          const compared = Effect.fnUntraced(function* (...words: ReadonlyArray<string>) {
            const dry = yield* mirror("--json", "--dry-run", ...words)
            const real = yield* mirror("--json", ...words)
            const lines = ({ stdout }: Ended) => stdout.trimEnd().split("\n").sort()
            assert.deepStrictEqual(lines(real), lines(dry))
            assert.deepStrictEqual([real.code, dry.code], [1, 1])
          })
          yield* compared()
          assert.deepStrictEqual([read(copy, "a"), read(copy, "f/g")], ["1", "5"])
          yield* compared("--delete")
          assert.deepStrictEqual([read(copy, "a/x"), read(copy, "f")], ["7", "9"])
          assert.deepStrictEqual(fs.readdirSync(join(copy, "b")), ["mine"])
          fs.rmSync(join(copy, "b"), { recursive: true })
          assert.strictEqual((yield* mirror()).code, 0)
          assert.strictEqual(read(copy, "b"), "8")
        })
    )

    it.effect(
      "compares everything where the state cannot be read, and takes what is the same for its own",
      () =>
        Effect.gen(function* () {
          const { copy, mirror, part, target } = yield* makePair({ a: "1", b: "2" })
          yield* mirror()
          fs.writeFileSync(join(target, ".app-mirror/state"), "nonsense")
          fs.writeFileSync(join(part, "b"), "3")
          assert.strictEqual((yield* mirror("--dry-run", "--quiet")).stderr, "")
          const ended = yield* mirror()
          assert.strictEqual(ended.code, 1)
          assert.include(ended.stderr, "The mirror's state file cannot be read")
          assert.include(ended.stderr, "b: the mirror did not bring it")
          assert.strictEqual(read(copy, "b"), "2")
          fs.writeFileSync(join(part, "a"), "4")
          yield* mirror()
          assert.strictEqual(read(copy, "a"), "4")
        })
    )

    it.effect("--checksum finds bytes that are others though size and time are as they were", () =>
      Effect.gen(function* () {
        const { copy, mirror, name } = yield* makePair({ a: "1", b: "2", c: "3" })
        yield* mirror()
        const place = join(copy, "b")
        const { atime, mtime } = fs.statSync(place)
        fs.writeFileSync(place, "x")
        fs.utimesSync(place, atime, mtime)
        assert.strictEqual((yield* mirror()).stderr, "Nothing to do: 3 files are the same.\n")
        const found = yield* mirror("--checksum")
        assert.strictEqual(found.code, 1)
        assert.include(found.stderr, `kept       ${name}/b: it was changed here by hand\n`)
        assert.strictEqual(read(copy, "b"), "x")
        const forced = yield* mirror("--checksum", "--force", "--json")
        assert.strictEqual(forced.code, 0, forced.stderr)
        assert.strictEqual(forced.stdout, `{"action":"changed","name":"${name}/b","bytes":1}\n`)
        assert.strictEqual(read(copy, "b"), "2")
        const same = yield* mirror("--checksum")
        assert.strictEqual(same.stderr, "Nothing to do: 3 files are the same.\n")
      })
    )

    it.effect("leaves out what is excluded, here as there", () =>
      Effect.gen(function* () {
        const { copy, mirror, part } = yield* makePair({
          a: "1",
          "b.tmp": "2",
          c: "3",
          "d.log": "4"
        })
        yield* mirror("--exclude", "**/*.tmp,**/*.log")
        assert.deepStrictEqual(filesIn(copy), ["a", "c"])
        yield* mirror()
        fs.rmSync(join(part, "b.tmp"))
        yield* mirror("--exclude", "**/*.tmp", "--delete")
        assert.deepStrictEqual(filesIn(copy), ["a", "b.tmp", "c", "d.log"])
      })
    )

    it.effect("tells a second mirror into the same folder that it is not alone", () =>
      Effect.gen(function* () {
        const { app, port } = yield* Shared
        const { mirror, name, target } = yield* makePair({ a: "1" })
        const following = yield* app.start(
          ["client", "--port", String(port), "--mirror", target, `${name}/**`, "--every", "1h"],
          { cwd: target.slice(0, target.lastIndexOf("/")) }
        )
        yield* following.says("stderr", /Recebidos: 1/)
        const second = yield* mirror()
        assert.deepStrictEqual(
          [second.code, second.stderr],
          [1, `Another mirror is at work in ${target}.\n`]
        )
        yield* following.kill("SIGKILL")
        yield* following.ended
        assert.strictEqual((yield* mirror()).code, 0)
      })
    )

    it.effect("--every finds a change at the next comparison", () =>
      Effect.gen(function* () {
        const { app, port } = yield* Shared
        const { copy, name, part, target } = yield* makePair({ a: "1" })
        const following = yield* app.start(
          ["client", "--port", String(port), "--mirror", target, `${name}/**`, "--every", "50ms"],
          { cwd: target.slice(0, target.lastIndexOf("/")) }
        )
        yield* following.says("stderr", /Recebidos: 1/)
        fs.writeFileSync(join(part, "a"), "22")
        yield* following.says("stderr", /Recebidos: 1/)
        assert.strictEqual(read(copy, "a"), "22")
      })
    )

    it.effect("--every outlives the server, and says once that it is away", () =>
      Effect.gen(function* () {
        const { app } = yield* Shared
        const place = yield* folderWith({ "shared/a": "1" })
        const shared = ["--dir", join(place, "shared")]
        const { address, process } = yield* app.serve(shared, { cwd: place })
        const port = String(address.port)
        const words = ["client", "--port", port, "--retries", "0", "--lang", "en"]
        const following = yield* app.start([...words, "--mirror", "target", "--every", "20ms"], {
          cwd: place
        })
        yield* following.says("stderr", /Received: 1/)
        yield* process.kill("SIGKILL")
        yield* following.says("stderr", /Cannot connect to /)
        fs.writeFileSync(join(place, "shared/a"), "22")
        const again = yield* app.start(["serve", "--port", port, ...shared], { cwd: place })
        const [between] = yield* following.says("stderr", /[^]*Received: 1/)
        assert.notInclude(between, "Cannot connect")
        assert.strictEqual(read(join(place, "target"), "a"), "22")
        yield* following.kill("SIGTERM")
        assert.strictEqual((yield* following.ended).code, 130)
        yield* again.kill("SIGKILL")
      })
    )

    it.effect("says which flags need which, exit code 2", () =>
      Effect.gen(function* () {
        const { client } = yield* Shared
        const cwd = yield* temporaryFolder
        for (const words of [
          ["--delete"],
          ["--mirror", "x", "--max-delete", "5"],
          ["--mirror", "x", "--backup", "y"],
          ["--mirror", "x", "--force", "--backup", "x/y"],
          ["--mirror", "x", "--cmd", "dados"],
          ["--mirror", "x", "--protocol", "pickle"],
          ["--mirror", "x", "--delete", "--max-delete", "200%"]
        ]) {
          const ended = yield* client(words, { cwd })
          assert.strictEqual(ended.code, 2, words.join(" "))
          assert.notStrictEqual(ended.stderr, "")
        }
        assert.deepStrictEqual(fs.readdirSync(cwd), [])
      })
    )
  }
)
