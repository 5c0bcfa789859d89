/** What the server itself tells, below `/-/`: whether it is well, who it is, the time; the parts of the page; and what others give it to tell. */
import type { Effect, Scope } from "effect"
import { fieldKey, type HttpRequest } from "../codec/http/HttpRequest.ts"
import { fieldLine } from "../codec/http/ResponseHead.ts"
import type { Clock } from "../services/Clock.ts"
import type { Info } from "../services/Info.ts"
import type { HttpClient } from "../server/ServerContext.ts"
import type { Numbers } from "../telemetry/Stats.ts"
import type { FileError } from "./file/FileResponse.ts"
import { assetAt, assetCacheControl } from "./page/Assets.ts"
import { json, type Response, text } from "./Response.ts"
import { words } from "./Texts.ts"
import { prefersJson } from "./Weights.ts"

/** What answers one path below `/-/`. */
export type ServiceReply = (
  request: HttpRequest,
  client: HttpClient
) => Response | Effect.Effect<Response, FileError, Scope.Scope>

/** The paths behind `/-/` that are answered, but for the parts of the page. */
export const servicePaths = ["health", "time", "info", "metrics", "events"] as const

/** Services, by their paths. */
export type Services = ReadonlyMap<(typeof servicePaths)[number], ServiceReply>

const accept = fieldKey("Accept")

/** None of it is true for long. */
const noStore = "Cache-Control: no-store\r\n"
const byAccept = `${noStore}Vary: Accept\r\n`

/** A part of the page, which a browser keeps. */
const assetReply = (path: string): Response | undefined => {
  const asset = assetAt(`/-/${path}`)
  return asset === undefined
    ? undefined
    : {
        status: 200,
        fields:
          fieldLine("Content-Type", asset.mediaType)
          + fieldLine("ETag", `"${asset.digest}"`)
          + fieldLine("Cache-Control", assetCacheControl),
        body: { buffered: asset.content }
      }
}

/** The routes, `services` among them: the response to a path behind `/-/`, `undefined` where there is none. */
export const makeServiceRoutes = (
  clock: Clock["Service"],
  info: Info["Service"],
  stats: Numbers,
  services: Services
) => {
  /** One line, or JSON with the command's name in RESP as its key. */
  const told =
    (command: string, value: () => string): ServiceReply =>
    (request) =>
      prefersJson(request.field(accept))
        ? json(200, { [command]: value() }, byAccept)
        : text(200, `${value()}\n`, byAccept)
  const own: Services = new Map([
    [
      "health",
      () => {
        if (stats.draining) return text(503, words.draining, noStore)
        if (!stats.storeReachable) return text(503, words.unavailable, noStore)
        return text(200, words.healthy, noStore)
      }
    ],
    ["time", told("hora_atual", clock.now)],
    ["info", told("dados", () => info.text)]
  ])
  // By what is asked for, which may be anything.
  const routes: ReadonlyMap<string, ServiceReply> = new Map([...own, ...services])
  return (path: string, request: HttpRequest, client: HttpClient) =>
    routes.get(path)?.(request, client) ?? assetReply(path)
}
