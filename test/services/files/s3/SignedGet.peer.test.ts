/** How objects are asked for: by one request that passes the SDK's middleware by, and again by the SDK where that was refused. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { StoreUnavailable } from "../../../../src/domain/Errors.ts"
import { type Answer, bucket, fakeS3 } from "../../../support/fakes/FakeS3.ts"
import { s3Store } from "../../../support/peers/S3.ts"
import { contentOf } from "../../../support/stores/Stores.ts"
import { fileName } from "../../../support/values/Names.ts"

const scene = Effect.fnUntraced(function* (objects: Readonly<Record<string, string>>) {
  const gateway = yield* fakeS3(objects)
  const store = yield* s3Store(gateway.url, bucket)
  return {
    store,
    gateway,
    /** Who asked for objects, in order. */
    agents: () =>
      gateway.asked
        .filter(({ key, method }) => method === "GET" && key !== "")
        .map(({ headers }) => (headers["user-agent"]?.startsWith("aws-sdk") ? "sdk" : "own"))
  }
})

const error = (status: number, text: string): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: Buffer.from(text)
})

describe("an object", () => {
  it.live("is asked for once, past the SDK, whatever is in its name", () =>
    Effect.gen(function* () {
      const names = ["a", "b c/é.txt", "!'()*~", "50%25 + 1?x=#y", "日/本"]
      const { agents, store } = yield* scene(Object.fromEntries(names.map((name) => [name, name])))
      for (const name of names) assert.strictEqual((yield* contentOf(store, name)).toString(), name)
      assert.deepStrictEqual(
        agents(),
        names.map(() => "own")
      )
    })
  )

  it.live("is asked for again by the SDK where that was refused, which says why", () =>
    Effect.gen(function* () {
      const { agents, gateway, store } = yield* scene({ a: "a" })
      gateway.lie(() => error(403, "<Error><Code>AccessDenied</Code></Error>"))
      const failure = yield* Effect.flip(store.open(fileName("a")))
      assert.instanceOf(failure, StoreUnavailable)
      assert.match(String(failure.cause), /AccessDenied \(403\)/)
      assert.deepStrictEqual(agents(), ["own", "sdk"])
    })
  )

  it.live("is refused in an error of any length, of which the SDK reads no more than it may", () =>
    Effect.gen(function* () {
      const { gateway, store } = yield* scene({ a: "a" })
      gateway.lie(() => error(403, "<Error><Code>AccessDenied</Code></Error>".padEnd(1024 * 1024)))
      const failure = yield* Effect.flip(store.open(fileName("a")))
      assert.instanceOf(failure, StoreUnavailable)
      assert.match(String(failure.cause), /Unknown \(403\)/)
    })
  )

  const missing: ReadonlyArray<readonly [what: string, body: string, code: string]> = [
    ["by its code", "<Error><Code>NoSuchKey</Code></Error>", "NOTFOUND"],
    ["without a code", "", "NOTFOUND"],
    ["in a long error", "x".repeat(1024 * 1024), "NOTFOUND"],
    ["with its bucket", "<Error><Code>NoSuchBucket</Code></Error>", "UNAVAILABLE"]
  ]
  for (const [what, body, code] of missing) {
    it.live(`is told to be missing ${what}`, () =>
      Effect.gen(function* () {
        const { agents, gateway, store } = yield* scene({ a: "a", b: "b" })
        gateway.lie(() => error(404, body))
        const failure = yield* Effect.flip(store.open(fileName("a")))
        assert.strictEqual(failure.code, code)
        gateway.lie((_, answer) => answer)
        assert.strictEqual((yield* contentOf(store, "b")).toString(), "b")
        assert.deepStrictEqual(agents(), ["own", "own"])
      })
    )
  }
})
