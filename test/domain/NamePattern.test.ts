/** What every match of a pattern begins with: never more than that, so that no match is missed. */
import { assert, describe, it } from "@effect/vitest"
import { Glob } from "effect"
import * as ByteString from "../../src/domain/ByteString.ts"
import { fromText } from "../../src/domain/FileName.ts"
import * as NamePattern from "../../src/domain/NamePattern.ts"
import * as Pattern from "../../src/domain/Pattern.ts"
import * as RedisGlob from "../../src/domain/RedisGlob.ts"
import { seeded } from "../support/values/Seeded.ts"

const glob = (pattern: string) => NamePattern.fromGlob(Pattern.make(pattern, true))
const redis = (pattern: string) =>
  NamePattern.fromRedisGlob(RedisGlob.make(ByteString.fromText(pattern)))

describe("the prefix of a pattern", () => {
  it("is what stands before its first wildcard", () => {
    assert.strictEqual(glob("fotos/2024*.jpg").prefix, "fotos/2024")
    assert.strictEqual(glob("fotos/ç.txt").prefix, "fotos/ç.txt")
    assert.strictEqual(glob(Glob.escape("a*b[c]")).prefix, "a*b[c]")
    assert.strictEqual(glob("**").prefix, "")
    assert.strictEqual(redis("fotos/2024*").prefix, "fotos/2024")
    assert.strictEqual(redis("a\\*b?").prefix, "a*b")
    assert.strictEqual(redis("[a]b").prefix, "")
  })

  it("stops before what a pattern passes over", () => {
    assert.strictEqual(glob("a//b*").prefix, "a/")
    assert.strictEqual(glob("./a*").prefix, "")
    assert.strictEqual(glob("a/.b*").prefix, "a/.b")
  })

  it("never cuts a sign in two", () => {
    const bytes = ByteString.unsafe("a\xc3")
    assert.strictEqual(NamePattern.fromRedisGlob(RedisGlob.make(bytes)).prefix, "a")
  })

  it("is that of every name that matches", () => {
    const random = seeded(5)
    const parts = ["a", "b", "/", "*", "?", "[a]", "\\*", "{", ".", "ç", "//", "\\"]
    const any = (among: ReadonlyArray<string>) =>
      Array.from({ length: 1 + random(6) }, () => among[random(among.length)] ?? "").join("")
    let matched = 0
    for (let run = 0; run < 20_000; run++) {
      const name = fromText(any(["a", "b", "/", "ç", "*", "{", ".", "a", "a"]))
      if (name === undefined) continue
      const text = any(parts)
      for (const pattern of [glob(text), redis(text)]) {
        if (!pattern.matches(name)) continue
        matched += 1
        assert.isTrue(name.startsWith(pattern.prefix), JSON.stringify([text, name]))
      }
    }
    assert.isAbove(matched, 500)
  })
})
