import { assert, describe, it } from "@effect/vitest"
import * as RedisGlob from "../../src/domain/RedisGlob.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import { seeded } from "../support/values/Seeded.ts"
import * as Arbitraries from "../support/values/Arbitraries.ts"

const matches = (pattern: string, name: string): boolean =>
  RedisGlob.match(RedisGlob.make(ByteString.fromText(pattern)), ByteString.fromText(name))

describe("a pattern of Redis", () => {
  const cases: ReadonlyArray<readonly [pattern: string, yes: string, no: string]> = [
    ["a.txt", "a.txt", "a.txt2"],
    ["*.txt", "pasta/a.txt", "a.txt/b"],
    ["*", "a/b/c", ""],
    ["pasta/*/c", "pasta/a/b/c", "pasta/c"],
    ["h?llo", "hello", "hllo"],
    ["h[ae]llo", "hallo", "hillo"],
    ["h[^e]llo", "hallo", "hello"],
    ["h[a-b]llo", "hbllo", "hcllo"],
    ["h[b-a]llo", "hbllo", "hcllo"],
    ["[[]", "[", "a"],
    ["[\\]]", "]", "\\"],
    ["[\\^a]", "^", "b"],
    ["[a-]", "a", "b"],
    ["[abc", "c", "d"],
    ["[^", "x", "xx"],
    ["\\*", "*", "a"],
    ["a\\", "a\\", "a"],
    ["**a**", "xay", "xy"],
    ["a*b*c", "aXbYbZc", "acb"],
    ["Relat??rio", "Relatório", "Relatorio"]
  ]
  for (const [pattern, yes, no] of cases) {
    it(`matches as a whole: ${pattern} matches ${yes} and not ${JSON.stringify(no)}`, () => {
      assert.isTrue(matches(pattern, yes))
      if (no !== "") assert.isFalse(matches(pattern, no))
    })
  }

  it("matches nothing with an empty class, and any byte with an empty one that is negated", () => {
    for (const pattern of ["[]", "["]) assert.isFalse(matches(pattern, "a"), pattern)
    assert.isTrue(matches("[^]", "a"))
  })

  it.prop(
    "matches itself when every sign of it is escaped, and everything when it is a star",
    [Arbitraries.bytes],
    ([bytes]) => {
      const word = ByteString.fromBytes(bytes)
      const escaped = ByteString.unsafe(word.replace(/[^]/g, "\\$&"))
      assert.isTrue(RedisGlob.match(RedisGlob.make(escaped), word))
      assert.isTrue(RedisGlob.match(RedisGlob.make(ByteString.unsafe("*")), word))
    }
  )

  it("costs no more than its length times the name's, however many stars it has", () => {
    const glob = RedisGlob.make(ByteString.unsafe(`${"*a".repeat(128)}b`))
    const name = ByteString.unsafe("a".repeat(4096))
    const before = performance.now()
    assert.isFalse(RedisGlob.match(glob, name))
    // An exponential matcher would not end before the stars do; this takes a few milliseconds.
    assert.isBelow(performance.now() - before, 2000)
  })

  it("matches what a search by hand does, whatever stars, classes and runs it is made of", () => {
    const parts = ["*", "a", "ab", "b", "?", "[ab]", "[^a]"]
    const random = seeded(7)
    const pick = (count: number, from: ReadonlyArray<string>) =>
      Array.from({ length: count }, () => from[random(from.length)] ?? "").join("")
    for (let round = 0; round < 20_000; round++) {
      const pattern = pick(1 + random(6), parts)
      const name = pick(random(8), ["a", "b", "c"])
      const expected = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(
        name
      )
      assert.strictEqual(matches(pattern, name), expected, `${pattern} ${name}`)
    }
  })

  it("takes a run of one letter for no more than the engine's search, in names of the same", () => {
    const globs = Array.from({ length: 64 }, (_, index) =>
      RedisGlob.make(ByteString.unsafe(`*${"a".repeat(100 + index)}b*`))
    )
    const name = ByteString.unsafe("a".repeat(4096))
    const byByte = RedisGlob.make(ByteString.unsafe(`*${"[a]".repeat(100)}b*`))
    const timeOf = (work: () => void): number => {
      const times = Array.from({ length: 5 }, () => {
        const before = process.threadCpuUsage()
        work()
        const { user } = process.threadCpuUsage(before)
        return user
      })
      return Math.min(...times)
    }
    const one = timeOf(() => RedisGlob.match(byByte, name))
    const all = timeOf(() => globs.some((glob) => RedisGlob.match(glob, name)))
    // Byte by byte, the 64 would take 64 times as long as the one, or more.
    assert.isBelow(all, 16 * one)
  })
})
