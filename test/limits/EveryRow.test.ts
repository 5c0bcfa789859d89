/**
 * What is measured for docs/limits.md: every command, the pickles' too, and whatever is answered over HTTP; and the page has
 * the rows that are measured, all of them and no other.
 */
import { assert, describe, it } from "@effect/vitest"
import { unsafe } from "../../src/domain/ByteString.ts"
import type { Decoder, Request } from "../../src/codec/Codec.ts"
import { HttpRequest } from "../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../src/codec/http/RequestDecoder.ts"
import { originals, pickle } from "../../src/codec/pickle/Pickle.ts"
import { makeResp } from "../../src/codec/resp/Resp.ts"
import { tags, wireName } from "../../src/commands/Command.ts"
import { mediaTypes } from "../../src/http/listing/ListingFormat.ts"
import { servicePaths } from "../../src/http/ServiceRoutes.ts"
import { burstRow } from "./Changes.ts"
import { costlyChangesRequests } from "./ChangesRequests.ts"
import { holdings, holdingsOfOneAddress } from "./Holdings.ts"
import { costlyHttpRequests } from "./HttpRequests.ts"
import { rowsOf, type Tables } from "./Page.ts"
import { costlyPickles } from "./PickleRequests.ts"
import { type CostlyRequest, costlyRequests } from "./Requests.ts"
import { handshakes } from "./Tls.ts"

const decode = (decoder: Decoder, bytes: string): ReadonlyArray<Request> => {
  const requests = [...decoder.push(unsafe(bytes))]
  while (decoder.hasMore()) requests.push(...decoder.more())
  return requests
}

/** The tags of what all of these ask. */
const asked = (
  requests: ReadonlyArray<CostlyRequest>,
  makeDecoder: () => Decoder
): ReadonlySet<string> =>
  new Set(requests.flatMap(({ bytes }) => decode(makeDecoder(), bytes()).map(({ _tag }) => _tag)))

const names = Array.from({ length: 30_000 }, (_, index) => `m/${index}`)

/** What is measured for each table: the first and the last cell of each row. */
const measured: Readonly<
  Record<keyof Tables, ReadonlyArray<{ readonly name: string; readonly bound: string }>>
> = {
  requests: costlyRequests(names, "1"),
  "requests over HTTP": costlyHttpRequests("m", "m/0"),
  "requests by pickle": costlyPickles,
  "requests about changes": [...costlyChangesRequests, burstRow],
  handshakes,
  connections: holdings,
  "one address": holdingsOfOneAddress
}

describe("what is measured for docs/limits.md", () => {
  it.each(Object.entries(measured))(
    "is what the page has under %s, in that order",
    (name, rows) => {
      assert.deepStrictEqual(
        rowsOf(name).map((cells) => [cells.at(0), cells.at(-1)]),
        rows.map(({ bound, name }) => [name, bound])
      )
    }
  )

  it("asks every command", () => {
    const all = asked(
      [...costlyRequests(names, "1"), ...costlyChangesRequests],
      makeResp().makeDecoder
    )
    assert.deepStrictEqual(tags.filter((tag) => !all.has(tag)).map(wireName), [])
  })

  it("asks every command that a pickle can", () => {
    const all = asked(costlyPickles, pickle.makeDecoder)
    assert.deepStrictEqual(
      [...originals].filter((tag) => !all.has(tag)),
      []
    )
  })

  it("asks whatever is answered over HTTP, in every form, with every method", () => {
    const sent = [
      ...costlyHttpRequests("m", "m/0").map(({ bytes }) => bytes()),
      ...holdings.map(({ sends }) => sends).filter((sends) => sends.startsWith("GET /"))
    ]
    const all = sent
      .flatMap((bytes) => decode(makeRequestDecoder(), bytes))
      .filter((request) => request instanceof HttpRequest)
    const paths = new Set(all.map(({ target }) => new URL(target, "http://a").pathname))
    const queries = all.map(({ target }) => new URL(target, "http://a").searchParams)
    assert.deepStrictEqual(
      servicePaths.filter((path) => !paths.has(`/-/${path}`)),
      []
    )
    const fields = ["tar", "sha256", "baixar", "busca", "ordem", "depois", "padrao"]
    assert.deepStrictEqual(
      fields.filter((field) => !queries.some((query) => query.has(field))),
      []
    )
    const forms = Object.keys(mediaTypes)
    assert.deepStrictEqual(
      forms.filter((form) => !queries.some((query) => query.get("formato") === form)),
      []
    )
    const methods = new Set(all.map(({ method }) => method))
    assert.deepStrictEqual(
      ["GET", "HEAD", "OPTIONS"].filter((one) => !methods.has(one)),
      []
    )
  })
})
