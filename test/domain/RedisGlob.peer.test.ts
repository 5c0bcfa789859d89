import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import * as RedisGlob from "../../src/domain/RedisGlob.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import { isInstalled, run, start } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { seeded } from "../support/values/Seeded.ts"

const matches = (pattern: string, name: string): boolean =>
  RedisGlob.match(RedisGlob.make(ByteString.fromText(pattern)), ByteString.fromText(name))

const hasRedis = isInstalled("redis-server") && isInstalled("redis-cli")

describe("redis-server, where it is installed,", () => {
  it.live.skipIf(!hasRedis)("matches alike, 2,000 patterns over 200 names", () =>
    Effect.gen(function* () {
      const random = seeded(4)
      const text = (alphabet: string, longest: number) =>
        Array.from({ length: 1 + random(longest) }, () =>
          alphabet.charAt(random(alphabet.length))
        ).join("")
      const names = [...new Set(Array.from({ length: 200 }, () => text("ab-]^[c/", 5)))]
      const patterns = Array.from({ length: 2000 }, () => text("aabbc*?[]^-\\/", 8))
      const quoted = (word: string) => `"${word.replaceAll("\\", "\\\\")}"`

      const socket = join(yield* folderWith({}), "redis.sock")
      const redis = yield* start("redis-server", [
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--save",
        ""
      ])
      yield* redis.waitFor("eady to accept")
      const { stdout } = yield* run(
        "redis-cli",
        ["-s", socket],
        [
          ...names.map((name) => `SET ${quoted(name)} 1`),
          ...patterns.flatMap((pattern, index) => [`ECHO @${index}`, `KEYS ${quoted(pattern)}`])
        ]
          .map((line) => `${line}\n`)
          .join("")
      )
      const answers = stdout
        .split(/^@\d+\n/m)
        .slice(1)
        .map((answer) =>
          answer
            .split("\n")
            .filter((name) => name !== "")
            .sort()
        )
      assert.strictEqual(answers.length, patterns.length)
      assert.isAbove(answers.flat().length, 1000)
      for (const [index, pattern] of patterns.entries()) {
        assert.deepStrictEqual(
          names.filter((name) => matches(pattern, name)).sort(),
          answers[index],
          pattern
        )
      }
    }).pipe(Effect.scoped)
  )
})
