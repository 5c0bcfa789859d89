/**
 * Gateways that answer something else than what they were asked: no byte of it is served as if it were right, no
 * listing goes on without end, and the log says what the gateway did.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { FileNotFound, StoreUnavailable } from "../../../../src/domain/Errors.ts"
import { prefetchSize } from "../../../../src/services/files/s3/ObjectCache.ts"
import { longestList } from "../../../../src/services/files/s3/sdk/WholeAnswer.ts"
import {
  type Answer,
  bucket,
  deafTo,
  fakeS3,
  type Lie,
  page
} from "../../../support/fakes/FakeS3.ts"
import { s3Store } from "../../../support/peers/S3.ts"
import { contentOf, namesOf, readAll, selection } from "../../../support/stores/Stores.ts"
import { noise, sha256 } from "../../../support/Transfers.ts"
import { fileName } from "../../../support/values/Names.ts"

const mebibyte = 1024 * 1024
const large = noise(1, 4 * mebibyte)
const other = noise(2, 4 * mebibyte)

/** The store over a gateway that begins to lie once it is open. */
const scene = Effect.fnUntraced(function* (
  objects: Readonly<Record<string, string | Uint8Array>>,
  lie: Lie,
  wishes: Parameters<typeof s3Store>[2] = {}
) {
  const gateway = yield* fakeS3(objects)
  const store = yield* s3Store(gateway.url, bucket, wishes)
  gateway.lie(lie)
  return { gateway, store }
})

/** Why the store did not do what it was asked, as the log says it. */
const reason = <A, R>(asked: Effect.Effect<A, FileNotFound | StoreUnavailable, R>) =>
  Effect.map(Effect.flip(asked), (error) => {
    assert.instanceOf(error, StoreUnavailable)
    return String(error.cause)
  })

const withHeaders = (answer: Answer, headers: Answer["headers"]): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers }
})

const ofParts =
  (lie: (answer: Answer) => Answer): Lie =>
  (_, answer) =>
    answer.status === 206 ? lie(answer) : answer

/** A gateway whose clock is so many milliseconds ahead, and that refuses what was not signed within a quarter of an hour. */
const ahead =
  (offset: number): Lie =>
  ({ headers, method }, answer) => {
    const now = Date.now() + offset
    const date = new Date(now).toUTCString()
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(headers["x-amz-date"])) ?? []
    const signed = Date.parse(
      `${day}T${time}Z`.replace(/(....)(..)(..)T(..)(..)(..)/, "$1-$2-$3T$4:$5:$6")
    )
    if (Math.abs(signed - now) < 15 * 60 * 1000) return withHeaders(answer, { date })
    const code = "RequestTimeTooSkewed"
    const body = method === "HEAD" ? "" : `<Error><Code>${code}</Code></Error>`
    return {
      status: 403,
      headers: { "content-type": "application/xml", date },
      body: Buffer.from(body)
    }
  }

describe("a clock that is set", () => {
  for (const [step, offset] of [
    ["back", 60 * 60 * 1000],
    ["forward", -60 * 60 * 1000]
  ] as const) {
    it.live(`${step} by an hour keeps nobody from the store`, () =>
      Effect.gen(function* () {
        const { gateway, store } = yield* scene({ a: large, b: "b" }, ahead(offset))
        const name = fileName("a")
        assert.isTrue((yield* contentOf(store, "a")).equals(large))
        // And back again, while several ask at once, by each kind of request.
        gateway.lie(ahead(0))
        const [details, content, names] = yield* Effect.all(
          [store.describe(name), contentOf(store, "b"), namesOf(store)],
          { concurrency: "unbounded" }
        )
        assert.strictEqual(details.size, large.length)
        assert.strictEqual(content.toString(), "b")
        assert.deepStrictEqual(names, ["a", "b"])
      })
    )
  }
})

describe("a part of an object", () => {
  it.live("is not mixed with another version by a gateway that ignores If-Match", () =>
    Effect.gen(function* () {
      const { gateway, store } = yield* scene({ a: large }, deafTo("if-match"))
      const file = yield* store.open(fileName("a"))
      gateway.put("a", other)
      assert.match(yield* reason(readAll(file)), /If-Match "[0-9a-f]{32}" was ignored/)
    })
  )

  const lies: ReadonlyArray<readonly [what: string, lie: Lie, told: RegExp]> = [
    [
      "where it begins a byte later",
      ({ headers, ...asked }, answer, honest) =>
        headers.range === undefined
          ? answer
          : honest({
              ...asked,
              headers: {
                ...headers,
                range: headers.range.replaceAll(/\d+/g, (place) => String(Number(place) + 1))
              }
            }),
      /bytes 262144-524287 asked for, answered with bytes 262145-524288\/4194304/
    ],
    [
      "where it says that it begins elsewhere",
      ofParts((answer) =>
        withHeaders(answer, { "content-range": `bytes 0-${2 * prefetchSize - 1}/${large.length}` })
      ),
      /answered with bytes 0-524287\/4194304/
    ],
    [
      "where it is of another length",
      ofParts((answer) =>
        withHeaders(
          { ...answer, body: answer.body.subarray(1) },
          { "content-length": answer.body.length - 1 }
        )
      ),
      /answered with bytes 262144-524287\/4194304 in 262143 bytes/
    ],
    [
      "where it does not say which it is",
      ofParts((answer) => withHeaders(answer, { "content-range": undefined })),
      /answered with none/
    ],
    ["where all comes instead", deafTo("range"), /answered with status 200/],
    [
      "where the object has another size, and yet the same ETag",
      ofParts((answer) =>
        withHeaders(answer, {
          "content-range": String(answer.headers["content-range"]).replace(/\d+$/, "9999999")
        })
      ),
      /9999999 bytes where the same ETag had 4194304/
    ],
    [
      "where the ETag is missing",
      ofParts((answer) => withHeaders(answer, { etag: undefined })),
      /lacks the object's size, time or ETag/
    ]
  ]
  for (const [what, lie, told] of lies) {
    it.live(`is not believed ${what}`, () =>
      Effect.gen(function* () {
        const { gateway, store } = yield* scene({ a: large }, lie)
        const file = yield* store.open(fileName("a"))
        const come: Array<Buffer> = []
        const reading = Stream.runForEach(file.read(0, file.size), (chunk) =>
          Effect.sync(() => void come.push(Buffer.from(chunk)))
        )
        assert.match(yield* reason(reading), told)
        // What came with the opening.
        assert.isTrue(Buffer.concat(come).equals(large.subarray(0, prefetchSize)))
        // Asked once for each part that is read ahead: another answer would be no better.
        assert.isAtMost(
          gateway.asked.filter(({ headers }) => headers.range !== undefined).length,
          3
        )
      })
    )
  }

  it.live("may come with the rest of the object where it is the beginning", () =>
    Effect.gen(function* () {
      const { store } = yield* scene({ a: large }, deafTo("range"))
      yield* store.describe(fileName("a"))
      const file = yield* store.open(fileName("a"))
      const beginning = yield* readAll(file, { length: 1000 })
      assert.isTrue(beginning.equals(large.subarray(0, 1000)))
    })
  )
})

describe("a whole object", () => {
  it.live("is not taken for a part that came in its place", () =>
    Effect.gen(function* () {
      const { store } = yield* scene({ a: large }, (asked, _, honest) =>
        honest({ ...asked, headers: { ...asked.headers, range: "bytes=0-99" } })
      )
      assert.match(
        yield* reason(store.open(fileName("a"))),
        /all bytes asked for, answered with bytes 0-99\/4194304/
      )
    })
  )

  it.live("is not a page that somebody else sends", () =>
    Effect.gen(function* () {
      const { store } = yield* scene({ a: "um" }, () => page(200, "Login"))
      assert.match(yield* reason(contentOf(store, "a")), /lacks the object's size, time or ETag/)
      assert.match(yield* reason(store.describe(fileName("a"))), /lacks the object's/)
    })
  )

  it.live("is not missing because a balancer knows no route to the store", () =>
    Effect.gen(function* () {
      const { store } = yield* scene({ a: "um" }, () => page(404, "404 page not found"))
      const told = /status 404 and text\/html; charset=utf-8, not by S3/
      assert.match(yield* reason(store.open(fileName("a"))), told)
      assert.match(yield* reason(store.describe(fileName("a"))), told)
    })
  )

  it.live("has no checksum of another version", () =>
    Effect.gen(function* () {
      const wrong = Buffer.alloc(32, 5)
      const { store } = yield* scene({ a: large }, (asked, answer) =>
        asked.method === "HEAD"
          ? withHeaders(answer, {
              etag: '"outro"',
              "x-amz-checksum-sha256": wrong.toString("base64")
            })
          : answer
      )
      const file = yield* store.open(fileName("a"))
      assert.strictEqual(yield* file.sha256, sha256(large))
    })
  )
})

describe("a listing", () => {
  const names = Array.from({ length: 2500 }, (_, index) => String(index).padStart(4, "0"))
  const objects = Object.fromEntries(names.map((name) => [name, ""]))

  it.live("ends with an error where the gateway ignores start-after", () =>
    Effect.gen(function* () {
      const { gateway, store } = yield* scene(objects, (asked, _, honest) => {
        const query = new URLSearchParams(asked.query)
        query.delete("start-after")
        return honest({ ...asked, query })
      })
      const before = gateway.asked.length
      assert.match(
        yield* reason(namesOf(store)),
        /does not advance: keys after "0999" asked for, answered with "0000"/
      )
      assert.strictEqual(gateway.asked.length - before, 2)
    })
  )

  const list = (keys: ReadonlyArray<string>, truncated = "false", encoding = "url"): Lie => {
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")
    return (_, answer) => ({
      ...answer,
      body: Buffer.from(
        `<ListBucketResult><EncodingType>${encoding}</EncodingType>`
          + `<IsTruncated>${truncated}</IsTruncated>${contents}</ListBucketResult>`
      )
    })
  }

  const lies: ReadonlyArray<readonly [what: string, lie: Lie, told: RegExp]> = [
    [
      "more is promised, but nothing listed",
      list([], "true"),
      /more keys are promised, but none to go on from/
    ],
    ["keys come twice", list(["p/a", "p/a"]), /keys after "p\/a" asked for, answered with "p\/a"/],
    ["keys are not sorted", list(["p/b", "p/a"]), /does not advance/],
    ["keys lie outside of the prefix", list(["p/a", "q"]), /outside of the prefix was listed: "q"/],
    [
      "a captive portal sends a page",
      () => page(200, "Login"),
      /status 200 and text\/html; charset=utf-8, not by S3/
    ],
    [
      "a page says that it is XML",
      () => withHeaders(page(200, "Login"), { "content-type": "application/xhtml+xml" }),
      /keys asked for, answered with no list/
    ],
    [
      "it is longer than a thousand keys can be",
      (asked, answer, honest) => {
        const { body } = list(["p/a"])(asked, answer, honest)
        return { ...answer, body: Buffer.from(String(body).padEnd(longestList + 1)) }
      },
      /answered with status 200 and more than 4194304 bytes/
    ],
    [
      "it is no list, and deeper than can be read",
      (_, answer) => ({ ...answer, body: Buffer.from("<a>".repeat(100_000)) }),
      /the list is not one that can be read/
    ],
    ["the keys are not UTF-8, and more are to come", list(["p/%FF"], "true"), /none to go on from/]
  ]
  for (const [what, lie, told] of lies) {
    it.live(`is refused where ${what}`, () =>
      Effect.gen(function* () {
        const { gateway, store } = yield* scene({}, lie, { prefix: "p" })
        const before = gateway.asked.length
        assert.match(yield* reason(namesOf(store)), told)
        assert.strictEqual(gateway.asked.length - before, 1)
      })
    )
  }

  const listed = (size: string, etag: string): Lie => {
    const contents = `<Contents><Key>a</Key><ETag>${etag}</ETag><Size>${size}</Size><LastModified>2024-03-09T00:00:00.000Z</LastModified></Contents>`
    return (_, answer) => ({
      ...answer,
      body: Buffer.from(
        `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`
      )
    })
  }

  for (const [size, etag] of [
    ["-5", "e"],
    ["5", "e&#13;&#10;Set-Cookie: a=b"],
    ["5", "e&#9;f"],
    ["5", "é"],
    ["5", "&quot;&quot;"],
    ["5", "e".repeat(1025)]
  ] as const) {
    it.live(`is refused where an object has ${size} bytes and the ETag ${etag.slice(0, 40)}`, () =>
      Effect.gen(function* () {
        const { store } = yield* scene({}, listed(size, etag))
        const asked = store.listFiles(selection())
        assert.match(yield* reason(asked), /no object has -?5 bytes and the ETag "/)
      })
    )
  }

  it.live("has the names as they are where the gateway does not encode them", () =>
    Effect.gen(function* () {
      const { store } = yield* scene({}, list(["p/a%20b", "p/a+b"], "false", ""), { prefix: "p" })
      assert.deepStrictEqual(yield* namesOf(store), ["a%20b", "a+b"])
    })
  )
})
