/** A file that changes while it is fetched, in every way, and a connection that is lost anywhere. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { appendFileSync, renameSync, truncateSync, writeFileSync } from "node:fs"
import * as Proxy from "../../support/fakes/Proxy.ts"
import { fetchChanging, isWhole, large, proxied } from "../../support/ProxiedFile.ts"
import { fetchInto, noise, overwrite } from "../../support/Transfers.ts"
import { seeded } from "../../support/values/Seeded.ts"

const MiB = 1024 * 1024

describe("a connection that is lost in mid-transfer", () => {
  it.effect("at any of twenty random places, the head of the answer included, is made good", () =>
    Effect.gen(function* () {
      const bytes = noise(2, 700_001)
      const { folder, proxy, target } = yield* proxied(bytes)
      const below = seeded(21)
      const places = [0, 1, 30, ...Array.from({ length: 17 }, () => below(bytes.length))]
      for (const place of places) {
        writeFileSync(target, "old")
        proxy.cut(place)
        yield* fetchInto(folder, "file.bin", proxy.address, { retries: 1 })
        isWhole(folder, bytes)
      }
      assert.lengthOf(Proxy.starts(proxy), 40)
    })
  )
})

describe("a file that changes in mid-transfer", () => {
  const before = noise(13, large)
  const after = noise(14, large)
  const replace = (source: string) => {
    writeFileSync(`${source}.new`, after)
    renameSync(`${source}.new`, source)
  }

  it.effect("by another taking its place arrives as it was where nothing is verified", () =>
    Effect.gen(function* () {
      const bytes = yield* fetchChanging(before, replace, { verify: false })
      assert.isTrue(bytes.equals(before))
    })
  )

  it.effect.each([true, false])(
    "by another taking its place, and is cut off then, arrives as the other (verified: %s)",
    (verify) =>
      Effect.gen(function* () {
        const bytes = yield* fetchChanging(before, replace, { verify, cut: true })
        assert.isTrue(bytes.equals(after))
      })
  )

  it.effect.each([true, false])(
    "by being overwritten in place, its size the same, arrives as it is now (verified: %s)",
    (verify) =>
      Effect.gen(function* () {
        const bytes = yield* fetchChanging(before, (source) => overwrite(source, after), { verify })
        assert.isTrue(bytes.equals(after))
      })
  )

  it.effect("by being cut short arrives as it is now", () =>
    Effect.gen(function* () {
      const bytes = yield* fetchChanging(before, (source) => truncateSync(source, 2 * MiB))
      assert.isTrue(bytes.equals(before.subarray(0, 2 * MiB)))
    })
  )

  it.effect("by growing arrives with the size that was announced", () =>
    Effect.gen(function* () {
      const bytes = yield* fetchChanging(before, (source) => appendFileSync(source, after), {
        verify: false
      })
      assert.isTrue(bytes.equals(before))
    })
  )

  it.effect("by growing, while it is verified, arrives as it was or as it is", () =>
    Effect.gen(function* () {
      const bytes = yield* fetchChanging(before, (source) => appendFileSync(source, after))
      assert.isTrue(bytes.equals(before) || bytes.equals(Buffer.concat([before, after])))
    })
  )

  const rewrite = (source: string) => {
    overwrite(source, after)
    appendFileSync(source, before)
  }
  const rewritten = Buffer.concat([after, before])

  it.effect.each([
    { cut: false, verify: true },
    { cut: true, verify: true },
    { cut: true, verify: false }
  ])(
    "by being written over and growing arrives as it is now, never as a mixture (cut off: $cut, verified: $verify)",
    (how) =>
      Effect.gen(function* () {
        const bytes = yield* fetchChanging(before, rewrite, how)
        assert.isTrue(bytes.equals(rewritten))
      })
  )

  it.effect.each([true, false])(
    "by growing, and is cut off then, is gone on with and arrives as it was (verified: %s)",
    (verify) =>
      Effect.gen(function* () {
        const bytes = yield* fetchChanging(before, (source) => appendFileSync(source, after), {
          verify,
          cut: true
        })
        assert.isTrue(bytes.equals(before))
      })
  )
})
