import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Proxy from "../../support/fakes/Proxy.ts"
import { seeded } from "../../support/values/Seeded.ts"
import { fetchChanging, isWhole, large, proxied } from "../../support/ProxiedFile.ts"
import { contents, fetchInto, noise, overwrite, sha256 } from "../../support/Transfers.ts"

const MiB = 1024 * 1024

describe("a connection that is lost in mid-transfer", () => {
  it.effect("twenty times, at random places, still brings every byte, and none twice", () =>
    Effect.gen(function* () {
      const bytes = noise(1, 6 * MiB)
      const { folder, proxy } = yield* proxied(bytes)
      const below = seeded(20)
      // Every second one is an orderly end, after which all bytes before it have arrived.
      proxy.cut(...Array.from({ length: 20 }, () => 1000 + below(250_000)))
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address, { retries: 20 })
      isWhole(folder, bytes)
      const starts = Proxy.starts(proxy)
      assert.lengthOf(starts, 21)
      assert.deepStrictEqual(
        [...starts].sort((a, b) => a - b),
        starts
      )
      assert.isAbove(starts.at(-1) ?? 0, 10 * 1000)
      assert.include(outcome, { _tag: "Saved", sha256: sha256(bytes), resumedFrom: 0 })
    })
  )

  it.effect("more often than is to be made good ends it, and the next run goes on from there", () =>
    Effect.gen(function* () {
      const bytes = noise(3, MiB)
      const { folder, proxy, target } = yield* proxied(bytes)
      writeFileSync(target, "old")
      // The second of two cuts is a reset, and may take with it what had not been read.
      proxy.cut(500_000, 10)
      const error = yield* Effect.flip(fetchInto(folder, "file.bin", proxy.address, { retries: 1 }))
      assert.strictEqual(error._tag, "ConnectionLost")
      assert.strictEqual(readFileSync(target, "utf8"), "old")
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address)
      isWhole(folder, bytes)
      const [, second = 0, third] = Proxy.starts(proxy)
      assert.isAbove(second, 490_000)
      assert.strictEqual(third, second)
      assert.include(outcome, { _tag: "Saved", resumedFrom: second, sha256: sha256(bytes) })
    })
  )
})

describe("what an interrupted run left", () => {
  /** A run that is interrupted once it has left something. */
  const interrupt = Effect.fnUntraced(function* (folder: string, proxy: Proxy.Proxy) {
    proxy.cut(400_000)
    yield* Effect.flip(fetchInto(folder, "file.bin", proxy.address))
    const [part = ""] = contents(folder).filter((name) => name.endsWith(".part"))
    return join(folder, part)
  })

  it.effect("of another version is not gone on with, and not left lying about", () =>
    Effect.gen(function* () {
      const { folder, proxy, source } = yield* proxied(noise(4, MiB))
      yield* interrupt(folder, proxy)
      const bytes = noise(5, MiB)
      writeFileSync(source, bytes)
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address)
      assert.include(outcome, { _tag: "Saved", resumedFrom: 0 })
      isWhole(folder, bytes)
    })
  )

  it.effect(
    "is hashed with the rest: where it was damaged, nothing is saved, and the next run starts over",
    () =>
      Effect.gen(function* () {
        const bytes = noise(6, MiB)
        const { folder, proxy } = yield* proxied(bytes)
        overwrite(yield* interrupt(folder, proxy), Buffer.from("damaged"))
        const error = yield* Effect.flip(fetchInto(folder, "file.bin", proxy.address))
        assert.strictEqual(error._tag, "Mismatch")
        assert.deepStrictEqual(contents(folder), [])
        yield* fetchInto(folder, "file.bin", proxy.address)
        isWhole(folder, bytes)
      })
  )

  it.effect("with all its bytes needs none of them again", () =>
    Effect.gen(function* () {
      const bytes = noise(7, MiB)
      const { folder, proxy } = yield* proxied(bytes)
      writeFileSync(yield* interrupt(folder, proxy), bytes)
      const asked = Proxy.starts(proxy).length
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address)
      assert.include(outcome, { _tag: "Saved", resumedFrom: MiB })
      assert.lengthOf(Proxy.starts(proxy), asked)
      isWhole(folder, bytes)
    })
  )

  it.effect("with more bytes than the file has is started over", () =>
    Effect.gen(function* () {
      const bytes = noise(8, MiB)
      const { folder, proxy } = yield* proxied(bytes)
      appendFileSync(yield* interrupt(folder, proxy), noise(8, MiB))
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address)
      assert.include(outcome, { _tag: "Saved", resumedFrom: 0 })
      isWhole(folder, bytes)
    })
  )

  it.effect("is known by its name alone: nobody else's x.part is touched", () =>
    Effect.gen(function* () {
      const bytes = noise(9, MiB)
      const { folder, proxy } = yield* proxied(bytes)
      const others = [".part", "file.bin.part", ".file.bin.part", ".0123456789abcdef.part"]
      for (const other of others) writeFileSync(join(folder, other), other)
      yield* interrupt(folder, proxy)
      yield* fetchInto(folder, "file.bin", proxy.address)
      assert.deepStrictEqual(contents(folder), [...others, "file.bin"].sort())
      for (const other of others)
        assert.strictEqual(readFileSync(join(folder, other), "utf8"), other)
    })
  )
})

describe("two downloads of one file to one place at once", () => {
  it.effect("both succeed, the file is whole, and neither listens to standard input", () =>
    Effect.gen(function* () {
      const listening = process.stdin.listenerCount("end")
      const bytes = noise(10, 8 * MiB)
      const { folder, proxy } = yield* proxied(bytes)
      const held = [proxy.hold(100_000), proxy.hold(3 * MiB)] as const
      const runs = yield* Effect.forkChild(
        Effect.all(
          held.map(() => fetchInto(folder, "file.bin", proxy.address)),
          { concurrency: 2 }
        )
      )
      yield* held[0].reached
      yield* held[1].reached
      assert.strictEqual(process.stdin.listenerCount("end"), listening)
      yield* held[0].release
      yield* held[1].release
      for (const outcome of yield* Fiber.join(runs)) {
        assert.include(outcome, { _tag: "Saved", sha256: sha256(bytes) })
      }
      isWhole(folder, bytes)
    })
  )
})

describe("a byte that changes on the way", () => {
  it.effect.each([
    { what: "a file held in memory", size: 100_000 },
    { what: "a file in parts", size: MiB }
  ])("is noticed in $what: what stood there stays, and the next run starts over", ({ size }) =>
    Effect.gen(function* () {
      const bytes = noise(11, size)
      const { folder, proxy, target } = yield* proxied(bytes)
      writeFileSync(target, "old")
      proxy.flip(size / 2)
      const error = yield* Effect.flip(fetchInto(folder, "file.bin", proxy.address))
      assert.strictEqual(error._tag, "Mismatch")
      assert.deepStrictEqual(contents(folder), ["file.bin"])
      assert.strictEqual(readFileSync(target, "utf8"), "old")
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address)
      assert.include(outcome, { _tag: "Saved", resumedFrom: 0 })
      isWhole(folder, bytes)
    })
  )

  it.effect("is not looked for where nothing is to be verified, and no digest is asked for", () =>
    Effect.gen(function* () {
      const { folder, proxy, target } = yield* proxied(noise(12, MiB))
      proxy.flip(MiB / 2)
      const outcome = yield* fetchInto(folder, "file.bin", proxy.address, { verify: false })
      assert.include(outcome, { _tag: "Saved", sha256: undefined })
      assert.strictEqual(readFileSync(target).length, MiB)
      assert.isFalse(proxy.asked.some(({ _tag }) => _tag === "Digest"))
      assert.strictEqual(proxy.connections(), 1)
    })
  )
})

describe("a file that changes in mid-transfer", () => {
  const before = noise(13, large)
  const after = noise(14, large)

  it.effect("by another taking its place arrives as one of both, never as a mixture", () =>
    Effect.gen(function* () {
      const bytes = yield* fetchChanging(before, (source) => {
        writeFileSync(`${source}.new`, after)
        renameSync(`${source}.new`, source)
      })
      assert.isTrue(bytes.equals(before) || bytes.equals(after))
    })
  )

  it.effect("by being written over, and is cut off then, arrives as it is now", () =>
    Effect.gen(function* () {
      const bytes = yield* fetchChanging(before, (source) => overwrite(source, after), {
        cut: true
      })
      assert.isTrue(bytes.equals(after))
    })
  )
})

describe("a file that grows all the time", () => {
  it.effect.each([
    { size: 0, verify: true },
    { size: 1000, verify: true },
    { size: 100_000, verify: true },
    { size: 100_000, verify: false },
    { size: 8 * MiB, verify: true },
    { size: 8 * MiB, verify: false }
  ])("arrives as it was at one moment (bytes: $size, verified: $verify)", ({ size, verify }) =>
    Effect.gen(function* () {
      const { folder, proxy, source, target } = yield* proxied(noise(17, size))
      const grow = Effect.sync(() => appendFileSync(source, noise(18, 50)))
      yield* grow
      yield* Effect.acquireRelease(
        Effect.sync(() => setInterval(() => Effect.runSync(grow), 1)),
        (growing) => Effect.sync(() => clearInterval(growing))
      )
      yield* TestClock.withLive(fetchInto(folder, "file.bin", proxy.address, { verify }))
      const arrived = readFileSync(target)
      assert.isAtLeast(arrived.length, size)
      assert.isTrue(arrived.equals(readFileSync(source).subarray(0, arrived.length)))
    })
  )
})
