import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { unsafe } from "../../src/domain/ByteString.ts"
import { HttpRequest } from "../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../src/codec/http/RequestDecoder.ts"
import { type Response, text } from "../../src/http/Response.ts"
import { makeServiceRoutes, type Services } from "../../src/http/ServiceRoutes.ts"
import { assetLinks } from "../../src/http/page/Assets.ts"
import { Stats } from "../../src/telemetry/Stats.ts"
import { makeAuthenticator } from "../../src/guard/Authenticator.ts"
import type { HttpClient } from "../../src/server/ServerContext.ts"

const requestWith = (fields: string): HttpRequest => {
  const [request] = makeRequestDecoder().push(unsafe(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`))
  assert.instanceOf(request, HttpRequest)
  return request
}

/** Nobody asks for anything of it. */
const client: HttpClient = {
  authenticator: makeAuthenticator(() => []),
  wrongPassword: Effect.void,
  storageFailed: () => Effect.void,
  transfer: Effect.void,
  onInputEnd: () => () => undefined,
  follow: () => Effect.never
}

const bodyOf = (response: Response | Effect.Effect<Response, unknown, Scope.Scope> | undefined) =>
  response !== undefined
  && !Effect.isEffect(response)
  && response.body !== undefined
  && "buffered" in response.body
    ? response.body.buffered
    : undefined

describe("below /-/", () => {
  it.effect("health is 200, and 503 while the server drains or its storage is gone", () =>
    Effect.gen(function* () {
      const stats = yield* Stats
      const routes = makeServiceRoutes({ now: () => "" }, { text: "" }, stats, new Map())
      const status = () => {
        const response = routes("health", requestWith(""), client)
        return response === undefined || Effect.isEffect(response) ? undefined : response.status
      }
      assert.strictEqual(status(), 200)
      stats.storeReachable = false
      assert.strictEqual(status(), 503)
      stats.storeReachable = true
      stats.draining = true
      assert.strictEqual(status(), 503)
    }).pipe(Effect.provide(Stats.layer))
  )

  it.effect("the time and the server's text are a line, or JSON where it is asked for", () =>
    Effect.gen(function* () {
      const routes = makeServiceRoutes(
        { now: () => "12:34:56" },
        { text: "Servidor" },
        yield* Stats,
        new Map()
      )
      const json = requestWith("Accept: application/json\r\n")
      assert.strictEqual(bodyOf(routes("time", requestWith(""), client)), "12:34:56\n")
      assert.strictEqual(bodyOf(routes("time", json, client)), '{"hora_atual":"12:34:56"}\n')
      assert.strictEqual(
        bodyOf(routes("info", requestWith("Accept: */*\r\n"), client)),
        "Servidor\n"
      )
      assert.strictEqual(bodyOf(routes("info", json, client)), '{"dados":"Servidor"}\n')
    }).pipe(Effect.provide(Stats.layer))
  )

  it.effect("are the page's parts, what others give, and nothing else", () =>
    Effect.gen(function* () {
      const more: Services = new Map([["metrics", () => text(200, "mais")]])
      const routes = makeServiceRoutes({ now: () => "" }, { text: "" }, yield* Stats, more)
      const request = requestWith("")
      assert.strictEqual(bodyOf(routes("metrics", request, client)), "mais")
      for (const link of Object.values(assetLinks)) {
        const asset = routes(link.slice("/-/".length), request, client)
        assert.isString(bodyOf(asset), link)
        assert.match(
          asset === undefined || Effect.isEffect(asset) ? "" : asset.fields,
          /Cache-Control: public, max-age=31536000, immutable\r\n/
        )
      }
      for (const path of ["", "nada", "health/", "HEALTH", "page.js"]) {
        assert.isUndefined(routes(path, request, client), path)
      }
    }).pipe(Effect.provide(Stats.layer))
  )
})
