import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Path } from "effect"
import { TestClock } from "effect/testing"
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { basename, join } from "node:path"
import * as Node from "../../../src/client/node/PartFiles.ts"
import { PartFiles } from "../../../src/client/files/PartFile.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { contents } from "../../support/Transfers.ts"

/** Claims the part file of a target with 100 bytes until the scope closes. */
const claim = (target: string, version = "1") =>
  PartFiles.use(({ claim }) => claim(target, version, 100))

/** Claims it, writes this, and lets go of it again. */
const leave = (target: string, content: string, version = "1") =>
  Effect.scoped(
    Effect.flatMap(claim(target, version), ({ write }) => write([Buffer.from(content)], 0))
  )

/** How many bytes a claim finds. */
const foundSize = (target: string, version = "1") =>
  Effect.scoped(Effect.map(claim(target, version), ({ size }) => size))

/** A part file as a client that was killed in the middle leaves it: its name is that of one that is being written. */
const abandon = Effect.fnUntraced(function* (target: string, content: string) {
  yield* leave(target, content)
  const folder = join(target, "..")
  const [left = ""] = contents(folder).filter((name) => name.endsWith(".left.part"))
  const path = join(folder, left.replace(".left.", "."))
  renameSync(join(folder, left), path)
  return path
})

/** Runs an effect that waits and looks at the disk, with `meanwhile` between any two looks. */
const whileTimePasses = Effect.fnUntraced(function* <A, E>(
  effect: Effect.Effect<A, E, PartFiles>,
  meanwhile: () => void = () => {}
) {
  const fiber = yield* Effect.forkChild(effect)
  while (fiber.pollUnsafe() === undefined) {
    meanwhile()
    // The looks at the disk between two waits are no matter of the clock.
    yield* TestClock.adjust("250 millis")
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }
  return yield* Fiber.join(fiber)
})

/** The permissions that the umask leaves a new file. */
const usualMode = (folder: string): number => {
  writeFileSync(join(folder, "usual"), "")
  return statSync(join(folder, "usual")).mode
}

const root = process.getuid?.() === 0

layer(Layer.provideMerge(Node.layer, NodeServices.layer))("a part file", (it) => {
  it.effect("stands beside its target under a hidden name, however long the target's is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { path, size } = yield* claim(join(folder, "x".repeat(255)))
      assert.strictEqual(size, 0)
      assert.strictEqual((yield* Path.Path).dirname(path), folder)
      assert.match(contents(folder).join(), /^\.x{180}\.[0-9a-f.]{20,80}\.part$/)
    })
  )

  it.effect("begins with its target's name, of which no character is cut in two", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* claim(join(folder, "relatório.pdf"))
      yield* claim(join(folder, `a${"ç".repeat(120)}`))
      const [first, second] = contents(folder)
      assert.match(first ?? "", /^\.aç{89}\.[0-9a-f.]+\.part$/)
      assert.match(second ?? "", /^\.relatório\.pdf\.[0-9a-f.]+\.part$/)
    })
  )

  it.effect("that was let go of is taken over with its bytes, at once", () =>
    Effect.gen(function* () {
      const target = join(yield* temporaryFolder, "a")
      yield* leave(target, "begun")
      const { path, size } = yield* claim(target)
      assert.strictEqual(size, 5)
      assert.strictEqual(readFileSync(path, "utf8"), "begun")
    })
  )

  it.effect("has the permissions that the umask leaves", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { path } = yield* claim(join(folder, "a"))
      assert.strictEqual(statSync(path).mode, usualMode(folder))
    })
  )

  it.effect("that another download of the same process writes is left to that", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const target = join(folder, "a")
      const first = yield* claim(target)
      yield* first.write([Buffer.from("begun")], 0)
      const second = yield* claim(target)
      assert.notStrictEqual(second.path, first.path)
      assert.strictEqual(second.size, 0)
      assert.strictEqual(readFileSync(first.path, "utf8"), "begun")
      assert.lengthOf(contents(folder), 2)
    })
  )

  it.effect("is taken over by one of many that want it at once", () =>
    Effect.gen(function* () {
      const target = join(yield* temporaryFolder, "a")
      yield* leave(target, "begun")
      const claims = Array.from({ length: 8 }, () => claim(target))
      const found = yield* Effect.all(claims, { concurrency: "unbounded" })
      assert.deepStrictEqual(
        found.map(({ size }) => size).sort((a, b) => a - b),
        [0, 0, 0, 0, 0, 0, 0, 5]
      )
      assert.lengthOf(new Set(found.map(({ path }) => path)), 8)
    })
  )

  describe("of a client that is not known", () => {
    it.effect("and that writes it is left to it", () =>
      Effect.gen(function* () {
        const target = join(yield* temporaryFolder, "a")
        const path = yield* abandon(target, "begun")
        // Another client, in whatever container: all that is seen of it is that the file changes.
        const writer = setInterval(() => writeFileSync(path, "begun", { flag: "r+" }), 100)
        yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(writer)))
        assert.strictEqual(yield* foundSize(target), 0)
        assert.strictEqual(readFileSync(path, "utf8"), "begun")
      }).pipe(TestClock.withLive)
    )

    it.effect("and that shows no sign of life for five seconds is taken over with its bytes", () =>
      Effect.gen(function* () {
        const target = join(yield* temporaryFolder, "a")
        yield* abandon(target, "begun")
        assert.strictEqual(yield* whileTimePasses(foundSize(target)), 5)
      })
    )

    it.effect("shows a sign of life every second, even where nothing arrives", () =>
      Effect.gen(function* () {
        const { path } = yield* claim(join(yield* temporaryFolder, "a"))
        const { ctimeMs } = statSync(path)
        yield* Effect.promise(
          () =>
            new Promise<void>((resolve) => {
              const look = () => {
                if (statSync(path).ctimeMs > ctimeMs) resolve()
                else setTimeout(look, 20)
              }
              look()
            })
        )
      }).pipe(TestClock.withLive)
    )
  })

  describe("that another client has taken", () => {
    it.effect("is written no more, and given no name", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const target = join(folder, "a")
        const part = yield* claim(target)
        yield* part.write([Buffer.alloc(100)], 0)
        renameSync(part.path, join(folder, "theirs"))
        const error = yield* Effect.flip(part.commit({ place: target, modified: undefined }))
        assert.isTrue(error.isTakenOver)
        assert.deepStrictEqual(contents(folder), ["theirs"])
      })
    )

    it.effect("or put another file in the place of is given no name either", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const target = join(folder, "a")
        const part = yield* claim(target)
        yield* part.write([Buffer.alloc(100)], 0)
        writeFileSync(join(folder, "other"), Buffer.alloc(100, 1))
        renameSync(join(folder, "other"), part.path)
        const error = yield* Effect.flip(part.commit({ place: target, modified: undefined }))
        assert.isTrue(error.isTakenOver)
        assert.isFalse(contents(folder).includes("a"))
      })
    )

    it.effect("and made longer is given no name", () =>
      Effect.gen(function* () {
        const target = join(yield* temporaryFolder, "a")
        const part = yield* claim(target)
        yield* part.write([Buffer.alloc(100)], 0)
        writeFileSync(part.path, "x", { flag: "a" })
        assert.isTrue(
          (yield* Effect.flip(part.commit({ place: target, modified: undefined }))).isTakenOver
        )
      })
    )
  })

  describe("that somebody planted", () => {
    /** A name that is taken over if what has it is fit. */
    const name = Effect.fnUntraced(function* (target: string) {
      yield* leave(target, "begun")
      const [left = ""] = contents(join(target, ".."))
      return join(target, "..", left)
    })

    it.effect("as a link is not followed, and its victim stays as it is", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const victim = join(yield* temporaryFolder, "victim")
        writeFileSync(victim, "not a download")
        const planted = yield* name(join(folder, "a"))
        renameSync(planted, join(folder, "aside"))
        symlinkSync(victim, planted)
        const { path, write } = yield* claim(join(folder, "a"))
        yield* write([Buffer.alloc(100)], 0)
        assert.isTrue(lstatSync(path).isFile())
        assert.strictEqual(readFileSync(victim, "utf8"), "not a download")
      })
    )

    it.effect("as a second name of another file is not written into", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const planted = yield* name(join(folder, "a"))
        linkSync(planted, join(folder, "victim"))
        const { size, write } = yield* claim(join(folder, "a"))
        assert.strictEqual(size, 0)
        yield* write([Buffer.alloc(100)], 0)
        assert.strictEqual(readFileSync(join(folder, "victim"), "utf8"), "begun")
      })
    )

    it.effect("with other permissions than the umask's is not taken over", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        chmodSync(yield* name(join(folder, "a")), 0o666 ^ 0o022 ^ 0o040)
        const { path, size } = yield* claim(join(folder, "a"))
        assert.strictEqual(size, 0)
        assert.strictEqual(statSync(path).mode, usualMode(folder))
      })
    )

    // Who is not root cannot give a file away.
    it.effect.skipIf(!root)("and owns is not taken over, as in a folder like /tmp", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        chmodSync(folder, 0o1777)
        const planted = yield* name(join(folder, "a"))
        chownSync(planted, 65534, 65534)
        const part = yield* claim(join(folder, "a"))
        assert.strictEqual(part.size, 0)
        yield* part.write([Buffer.alloc(100)], 0)
        yield* part.commit({ place: join(folder, "a"), modified: undefined })
        assert.strictEqual(statSync(join(folder, "a")).uid, process.getuid?.())
        assert.strictEqual(readFileSync(planted, "utf8"), "begun")
      })
    )
  })

  it.effect("of another version, or with more bytes than the file, is removed", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const target = join(folder, "a")
      yield* leave(target, "begun")
      assert.strictEqual(yield* foundSize(target, "2"), 0)
      assert.lengthOf(contents(folder), 1)
      yield* leave(target, "x".repeat(101), "2")
      assert.strictEqual(yield* foundSize(target, "2"), 0)
      assert.lengthOf(contents(folder), 1)
    })
  )

  it.effect("of another target is left alone", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* leave(join(folder, "a"), "begun")
      assert.strictEqual(yield* foundSize(join(folder, "b")), 0)
      assert.lengthOf(contents(folder), 2)
    })
  )
})

/** As if so long after anybody was last at the file. */
const laterThan = (path: string, milliseconds: number) =>
  TestClock.setTime(statSync(path).ctimeMs + milliseconds)

const hour = 60 * 60 * 1000

layer(Layer.provideMerge(Node.layer, NodeServices.layer))("what killed runs left", (it) => {
  it.effect("of small files is removed after an hour, once, and nothing else is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const part = join(folder, ".1z9k3.part")
      const others = [".part", "1z9k3.part", ".1z9k3.part.txt", ".A.part", "a.txt"]
      for (const name of others) writeFileSync(join(folder, name), "")
      writeFileSync(part, "begun")
      // It may be whole, and have the time that its file has on the server.
      utimesSync(part, 1_000_000, 1_000_000)
      symlinkSync("a.txt", join(folder, ".0link.part"))
      const sweep = whileTimePasses(PartFiles.use(({ sweep }) => sweep(join(folder, "any"))))
      yield* laterThan(part, hour - 1000)
      yield* sweep
      assert.include(contents(folder), ".1z9k3.part")
      // Each folder is looked at once a run.
      yield* laterThan(part, hour + 1000)
      yield* sweep
      assert.include(contents(folder), ".1z9k3.part")
      yield* sweep.pipe(Effect.provide(Layer.fresh(Node.layer)))
      assert.deepStrictEqual(contents(folder), [...others, ".0link.part"].sort())
    })
  )

  it.effect("of large files is found by their names, unless a run may still write it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* leave(join(folder, "relatório.pdf"), "begun")
      yield* abandon(join(folder, "b"), "killed")
      // Its name says only a part of its file's.
      yield* leave(join(folder, "x".repeat(200)), "long")
      const found = PartFiles.use(({ leftovers }) => leftovers(folder))
      const [first = ""] = contents(folder)
      yield* laterThan(join(folder, first), 1000)
      assert.deepStrictEqual(
        (yield* found).map(({ name, size }) => ({ name, size })),
        [{ name: "relatório.pdf", size: 5 }]
      )
      yield* laterThan(join(folder, first), hour)
      assert.deepStrictEqual((yield* found).map(({ name }) => name).sort(), ["b", "relatório.pdf"])
    })
  )

  it.effect(
    "is removed, unless a run that is slow writes it after all: by no clock that is set",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const written = yield* abandon(join(folder, "written"), "begun")
        const killed = yield* abandon(join(folder, "killed"), "begun")
        const small = join(folder, ".1z9k3.part")
        writeFileSync(small, "begun")
        // The clock is set forward while one of them is being written, in whatever container.
        yield* laterThan(killed, 2 * hour)
        const touch = (path: string) => () => writeFileSync(path, "begun", { flag: "r+" })
        yield* whileTimePasses(
          PartFiles.use(({ sweep }) => sweep(join(folder, "any"))),
          touch(small)
        )
        const removed = yield* whileTimePasses(
          PartFiles.use(({ leftovers }) =>
            Effect.flatMap(
              leftovers(folder),
              Effect.forEach(
                ({ name, remove }) => Effect.map(remove, (done) => (done ? name : "")),
                {
                  concurrency: "unbounded"
                }
              )
            )
          ),
          touch(written)
        )
        assert.deepStrictEqual([...removed].sort(), ["", "killed"])
        assert.deepStrictEqual(contents(folder), [basename(small), basename(written)].sort())
      })
  )
})
