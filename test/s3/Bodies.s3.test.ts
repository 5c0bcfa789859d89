/** How objects are read: what is asked of the store, what is kept in memory, and what happens when they change. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Stream } from "effect"
import { StoreUnavailable } from "../../src/domain/Errors.ts"
import { bucketWith, s3Store } from "../support/peers/S3.ts"
import { type S3Proxy, s3Proxy } from "../support/fakes/S3Proxy.ts"
import { contentOf, readAll } from "../support/stores/Stores.ts"
import { noise, sha256 } from "../support/Transfers.ts"
import { endpoint } from "./cluster.ts"
import { fileName } from "../support/values/Names.ts"

const mebibyte = 1024 * 1024

/** A store behind a proxy, over a bucket with these objects; what was asked before the test began is left out. */
const scene = Effect.fnUntraced(function* (
  objects: Readonly<Record<string, string | Uint8Array>>,
  wishes: Parameters<typeof s3Store>[2] = {}
) {
  const hand = yield* bucketWith(endpoint, objects)
  const proxy = yield* s3Proxy(endpoint)
  const store = yield* s3Store(proxy.url, hand.bucket, wishes)
  const begun = proxy.passed.length
  return { ...hand, proxy, store, asked: () => proxy.passed.slice(begun) }
})

const statuses = (asked: S3Proxy["passed"]) => asked.map(({ status }) => status)

describe("a small object", () => {
  it.live("is opened and read by one request", () =>
    Effect.gen(function* () {
      const { asked, store } = yield* scene({ a: "conteúdo" })
      assert.strictEqual((yield* contentOf(store, "a")).toString(), "conteúdo")
      assert.deepStrictEqual(statuses(asked()), [200])
    })
  )

  it.live("that is kept is asked for by its ETag each time, and never stale", () =>
    Effect.gen(function* () {
      const { asked, put, remove, store } = yield* scene({ a: "um" })
      const read = Effect.map(contentOf(store, "a"), String)
      assert.deepStrictEqual([yield* read, yield* read], ["um", "um"])
      yield* put("a", "dois")
      assert.strictEqual(yield* read, "dois")
      yield* remove("a")
      assert.strictEqual((yield* Effect.flip(read))._tag, "FileNotFound")
      yield* put("a", "dois")
      assert.strictEqual(yield* read, "dois")
      assert.deepStrictEqual(statuses(asked()), [200, 304, 200, 404, 200])
    })
  )

  it.live("is asked for once by all who want it within its freshness, and anew after it", () =>
    Effect.gen(function* () {
      const { asked, store } = yield* scene({ a: "um" }, { fresh: Duration.seconds(1) })
      const read = Effect.map(contentOf(store, "a"), String)
      const reads = Effect.replicateEffect(read, 50, { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(yield* reads), new Set(["um"]))
      assert.deepStrictEqual(new Set(yield* reads), new Set(["um"]))
      assert.strictEqual(asked().length, 1)
      yield* Effect.sleep("1 second")
      assert.strictEqual(yield* read, "um")
      assert.deepStrictEqual(statuses(asked()), [200, 304])
    })
  )

  it.live("is not served as it was once its details showed that it changed", () =>
    Effect.gen(function* () {
      const { put, store } = yield* scene({ a: "um" }, { fresh: Duration.hours(1) })
      assert.strictEqual((yield* contentOf(store, "a")).toString(), "um")
      yield* put("a", "dois")
      const { version } = yield* store.describe(fileName("a"))
      const file = yield* store.open(fileName("a"))
      assert.strictEqual(file.version, version)
      assert.strictEqual((yield* readAll(file)).toString(), "dois")
    })
  )

  it.live("that nobody waits for any more leaves no request under way", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* scene({ a: "um" })
      proxy.fallSilent()
      const opening = yield* Effect.forkChild(store.open(fileName("a")))
      yield* proxy.busyWith(1)
      yield* Fiber.interrupt(opening)
      yield* proxy.quiet
    })
  )

  it.live("is asked for by the others although the first to want it left", () =>
    Effect.gen(function* () {
      const { store } = yield* scene({ a: "um" }, { fresh: Duration.seconds(10) })
      const first = yield* Effect.forkChild(contentOf(store, "a"), { startImmediately: true })
      const second = yield* Effect.forkChild(contentOf(store, "a"), { startImmediately: true })
      yield* Fiber.interrupt(first)
      assert.strictEqual((yield* Fiber.join(second)).toString(), "um")
    })
  )
})

describe("a large object", () => {
  const large = noise(7, 20 * mebibyte)

  it.live("is fetched in parts, of its first version only", () =>
    Effect.gen(function* () {
      const { asked, store } = yield* scene({ a: large })
      assert.isTrue((yield* contentOf(store, "a")).equals(large))
      const ranges = asked().map(({ range }) => range)
      assert.isUndefined(ranges[0])
      assert.strictEqual(new Set(ranges).size, ranges.length)
      assert.isBelow(ranges.length, 12)
    })
  )

  it.live("is asked for whole until it is known to be large, and let go of then", () =>
    Effect.gen(function* () {
      const { asked, proxy, put, store } = yield* scene({ a: large, b: large })
      // Who waited for all of it would wait in vain.
      proxy.holdAfter(mebibyte)
      const ranges = () => asked().map(({ method, range }) => `${method} ${range ?? "all"}`)
      for (const name of ["a", "a"]) yield* store.open(fileName(name))
      assert.deepStrictEqual(ranges(), ["GET all", "GET bytes=0-262143"])
      yield* store.describe(fileName("b"))
      yield* store.open(fileName("b"))
      assert.deepStrictEqual(ranges().slice(2), ["HEAD all", "GET bytes=0-262143"])
      yield* put("b", "")
      assert.strictEqual((yield* contentOf(store, "b")).length, 0)
      yield* store.open(fileName("b"))
      assert.strictEqual(ranges().at(-1), "GET all")
      yield* proxy.quiet
    })
  )

  it.live("that changes while it is read is not served to its end", () =>
    Effect.gen(function* () {
      const { put, store } = yield* scene({ a: large })
      const file = yield* store.open(fileName("a"))
      yield* put("a", noise(8, large.length))
      const error = yield* Effect.flip(readAll(file))
      assert.instanceOf(error, StoreUnavailable)
      assert.include(String(error.cause), "(412)")
    })
  )

  it.live("that nobody reads any more leaves no request under way", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* scene({ a: large })
      const file = yield* store.open(fileName("a"))
      proxy.holdAfter(100_000)
      const reading = yield* Effect.forkChild(readAll(file))
      yield* proxy.busyWith(3)
      yield* Fiber.interrupt(reading)
      yield* proxy.quiet
    })
  )

  it.live("whose bytes stop coming is asked for again, from where it stopped", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* scene({ a: large })
      const file = yield* store.open(fileName("a"))
      proxy.holdAfter(mebibyte)
      const read = yield* Stream.runFold(
        Stream.take(file.read(0, 3 * mebibyte), 1),
        () => 0,
        (sum, chunk) => sum + chunk.length
      )
      assert.strictEqual(read, 262_144)
      proxy.holdAfter(3 * mebibyte)
      assert.isTrue(
        (yield* readAll(file, { length: 9 * mebibyte })).equals(large.subarray(0, 9 * mebibyte))
      )
    })
  )

  it.live("has the digest it was stored with, without being read", () =>
    Effect.gen(function* () {
      const { asked, proxy, store } = yield* scene({ a: large })
      const file = yield* store.open(fileName("a"))
      // The gateway does not keep checksums, so the proxy says what Amazon's says.
      const stored = Buffer.alloc(32, 5)
      proxy.add("HEAD", { "x-amz-checksum-sha256": stored.toString("base64") })
      assert.strictEqual(yield* file.sha256, stored.toString("hex"))
      assert.deepStrictEqual(
        asked().map(({ method }) => method),
        ["GET", "HEAD"]
      )
    })
  )

  it.live("is read for its digest where it was stored without, or with one of its parts only", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* scene({ a: large })
      const file = yield* store.open(fileName("a"))
      assert.strictEqual(yield* file.sha256, sha256(large))
      proxy.add("HEAD", { "x-amz-checksum-sha256": `${Buffer.alloc(32, 5).toString("base64")}-3` })
      assert.strictEqual(yield* file.sha256, sha256(large))
    })
  )
})
