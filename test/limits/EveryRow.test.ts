/** docs/limits.md has a row of every command, of the pickles' too, and of whatever is answered over HTTP. */
import { assert, describe, it } from "@effect/vitest"
import type { Decoder, Request } from "../../src/codec/Codec.ts"
import { HttpRequest } from "../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../src/codec/http/RequestDecoder.ts"
import { originals, pickle } from "../../src/codec/pickle/Pickle.ts"
import { makeResp } from "../../src/codec/resp/Resp.ts"
import { tags, wireName } from "../../src/commands/Command.ts"
import { mediaTypes } from "../../src/http/listing/ListingFormat.ts"
import { servicePaths } from "../../src/http/ServiceRoutes.ts"
import { latin1 } from "../support/values/Bytes.ts"
import { costlyChangesRequests } from "./ChangesRequests.ts"
import { holdings } from "./Holdings.ts"
import { costlyHttpRequests } from "./HttpRequests.ts"
import { costlyPickles } from "./PickleRequests.ts"
import { type CostlyRequest, costlyRequests } from "./Requests.ts"

const decode = (decoder: Decoder, bytes: string): ReadonlyArray<Request> => {
  const requests = [...decoder.push(latin1(bytes))]
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

describe("what is measured for docs/limits.md", () => {
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
