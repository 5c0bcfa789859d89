import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { FileChanged, FileNotFound, StoreUnavailable } from "../../../src/domain/Errors.ts"
import { DigestCache } from "../../../src/services/files/DigestCache.ts"
import { FileStore } from "../../../src/services/files/FileStore.ts"
import { directoryStore } from "../../support/stores/Stores.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { noise, sha256 } from "../../support/Transfers.ts"
import { fileName } from "../../support/values/Names.ts"

const name = fileName("a.bin")

/** The digests of a folder's files; each computation is counted, and waits for `before`. */
const setUp = Effect.fnUntraced(function* (
  bytes: Uint8Array,
  before: Effect.Effect<void, StoreUnavailable> = Effect.void
) {
  const folder = yield* folderWith({ "a.bin": bytes })
  const store = yield* directoryStore(folder)
  const counts = { computed: 0, open: 0 }
  let described = 0
  const twice = yield* Deferred.make<void>()
  const counting = FileStore.of({
    ...store,
    describe: (name) =>
      Effect.tap(store.describe(name), () =>
        Effect.suspend(() =>
          (described += 1) === 2 ? Deferred.succeed(twice, undefined) : Effect.void
        )
      ),
    open: (name) =>
      Effect.gen(function* () {
        counts.open += 1
        yield* Effect.addFinalizer(() => Effect.sync(() => void (counts.open -= 1)))
        const file = yield* store.open(name)
        return {
          ...file,
          sha256: Effect.suspend(() => {
            counts.computed += 1
            return Effect.andThen(before, file.sha256)
          })
        }
      })
  })
  const context = yield* Layer.build(
    DigestCache.layer.pipe(Layer.provide(Layer.succeed(FileStore, counting)))
  )
  return {
    path: join(folder, "a.bin"),
    digests: Context.get(context, DigestCache),
    counts,
    store,
    /** Done when a second one has asked and found that the first one's digest is being computed. */
    secondWaits: Effect.andThen(Deferred.await(twice), Effect.yieldNow)
  }
})

describe("a digest", () => {
  it.effect.each([{ size: 0 }, { size: 1000 }, { size: 256 * 1024 }, { size: 3_000_000 }])(
    "is the file's SHA-256, of $size bytes",
    ({ size }) =>
      Effect.gen(function* () {
        const bytes = noise(1, size)
        const { digests } = yield* setUp(bytes)
        assert.strictEqual(yield* digests.of(name), sha256(bytes))
      })
  )

  it.effect("is computed once a version, with the version named or not", () =>
    Effect.gen(function* () {
      const bytes = noise(2, 1_000_000)
      const { counts, digests, store } = yield* setUp(bytes)
      const { version } = yield* store.describe(name)
      for (const asked of [undefined, version, undefined, version]) {
        assert.strictEqual(yield* digests.of(name, { version: asked }), sha256(bytes))
      }
      assert.deepStrictEqual(counts, { computed: 1, open: 0 })
    })
  )

  it.effect("is another once the file changed, and refused for the version that was", () =>
    Effect.gen(function* () {
      const { digests, path, store } = yield* setUp(noise(3, 1_000_000))
      const { version } = yield* store.describe(name)
      yield* digests.of(name, { version })
      const bytes = noise(4, 900_000)
      writeFileSync(path, bytes)
      assert.strictEqual(yield* digests.of(name), sha256(bytes))
      assert.instanceOf(yield* Effect.flip(digests.of(name, { version })), FileChanged)
    })
  )

  it.effect(
    "is told of a file that changes between two looks, unless one version is asked for",
    () =>
      Effect.gen(function* () {
        const bytes = noise(3, 1000)
        const { store } = yield* setUp(bytes)
        let looks = 0
        const changing = FileStore.of({
          ...store,
          describe: (name) =>
            Effect.map(store.describe(name), (details) =>
              (looks += 1) === 1 ? { ...details, version: "gone" } : details
            )
        })
        const context = yield* Layer.build(
          DigestCache.layer.pipe(Layer.provide(Layer.succeed(FileStore, changing)))
        )
        const digests = Context.get(context, DigestCache)
        assert.strictEqual(yield* digests.of(name), sha256(bytes))
        looks = 0
        assert.instanceOf(yield* Effect.flip(digests.of(name, { version: "gone" })), FileChanged)
      })
  )

  it.effect("is kept of the newest version alone, and of no part", () =>
    Effect.gen(function* () {
      const { store } = yield* setUp(noise(5, 1000))
      let version = "one"
      let computed = 0
      const versioned = FileStore.of({
        ...store,
        describe: (name) => Effect.map(store.describe(name), (is) => ({ ...is, version })),
        open: (name) =>
          Effect.map(store.open(name), (is) => {
            const counted = Effect.suspend(() => {
              computed += 1
              return is.sha256
            })
            const file = { ...is, version, sha256: counted }
            return { ...file, prefix: () => file }
          })
      })
      const context = yield* Layer.build(
        DigestCache.layer.pipe(Layer.provide(Layer.succeed(FileStore, versioned)))
      )
      const digests = Context.get(context, DigestCache)
      const after: Array<number> = []
      for (version of ["one", "one", "two", "two", "one"]) {
        yield* digests.of(name)
        after.push(computed)
      }
      for (const prefix of ["zero", "zero", undefined]) {
        yield* digests.of(name, { prefix })
        after.push(computed)
      }
      assert.deepStrictEqual(after, [1, 1, 2, 2, 3, 4, 5, 5])
    })
  )

  it.effect("that fifty ask for at once is computed once", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const bytes = noise(5, 1_000_000)
      const { counts, digests } = yield* setUp(
        bytes,
        Effect.andThen(Deferred.succeed(started, undefined), Deferred.await(go))
      )
      const askers = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 50 }, () => digests.of(name)),
          { concurrency: "unbounded" }
        )
      )
      yield* Deferred.await(started)
      yield* Deferred.succeed(go, undefined)
      assert.deepStrictEqual(yield* Fiber.join(askers), Array(50).fill(sha256(bytes)))
      assert.deepStrictEqual(counts, { computed: 1, open: 0 })
    })
  )

  it.effect("is not lost for the others when the one who asked first goes away", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const bytes = noise(6, 1_000_000)
      const { counts, digests, secondWaits } = yield* setUp(
        bytes,
        Effect.andThen(Deferred.succeed(started, undefined), Deferred.await(go))
      )
      const first = yield* Effect.forkChild(digests.of(name))
      yield* Deferred.await(started)
      const second = yield* Effect.forkChild(digests.of(name))
      yield* secondWaits
      const leaving = yield* Effect.forkChild(Fiber.interrupt(first))
      yield* Effect.yieldNow
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(leaving)
      assert.strictEqual(yield* Fiber.join(second), sha256(bytes))
      assert.strictEqual(counts.open, 0)
    })
  )

  it.effect("that nobody waits for any more can be asked for again", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const bytes = noise(7, 1_000_000)
      const { counts, digests } = yield* setUp(
        bytes,
        Effect.andThen(Deferred.succeed(started, undefined), Deferred.await(go))
      )
      const only = yield* Effect.forkChild(digests.of(name))
      yield* Deferred.await(started)
      const leaving = yield* Effect.forkChild(Fiber.interrupt(only))
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(leaving)
      assert.strictEqual(yield* digests.of(name), sha256(bytes))
      assert.strictEqual(counts.open, 0)
    })
  )

  it.effect("that could not be computed is computed when it is next asked for", () =>
    Effect.gen(function* () {
      let failures = 1
      const failing = Effect.suspend(() =>
        failures-- > 0
          ? Effect.fail(new StoreUnavailable({ cause: new Error("disk") }))
          : Effect.void
      )
      const bytes = noise(8, 1_000_000)
      const { counts, digests } = yield* setUp(bytes, failing)
      assert.instanceOf(yield* Effect.flip(digests.of(name)), StoreUnavailable)
      assert.strictEqual(yield* digests.of(name), sha256(bytes))
      assert.deepStrictEqual(counts, { computed: 2, open: 0 })
    })
  )

  it.effect("of no file is refused, again and again", () =>
    Effect.gen(function* () {
      const { counts, digests } = yield* setUp(noise(9, 10))
      for (let times = 0; times < 3; times++) {
        const exit = yield* Effect.exit(digests.of(fileName("nada")))
        assert.deepStrictEqual(exit, Exit.fail(new FileNotFound()))
      }
      assert.deepStrictEqual(counts, { computed: 0, open: 0 })
    })
  )

  it.effect("of many large files at once is right for each", () =>
    Effect.gen(function* () {
      const files = Object.fromEntries(
        Array.from({ length: 24 }, (_, index) => [`${index}.bin`, noise(index, 400_000 + index)])
      )
      const store = yield* directoryStore(yield* folderWith(files))
      const context = yield* Layer.build(
        DigestCache.layer.pipe(Layer.provide(Layer.succeed(FileStore, store)))
      )
      const { of } = Context.get(context, DigestCache)
      const found = yield* Effect.forEach(
        Object.keys(files),
        (name) => of(fileName(name), undefined),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(found, Object.values(files).map(sha256))
    })
  )
})
