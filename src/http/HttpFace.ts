/**
 * The face of HTTP: who may ask is decided by Access, what is asked for by Target, and each answered by the file that is
 * named for it. It opens FileStore itself, and knows neither commands nor sockets.
 */
import { Clock as EffectClock, Effect, type Scope } from "effect"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import { fieldKey, type HttpRefusal, type HttpRequest } from "../codec/http/HttpRequest.ts"
import { fieldLine } from "../codec/http/ResponseHead.ts"
import type { FileName, FolderName } from "../domain/FileName.ts"
import type { HttpAnswer, HttpClient, HttpFace } from "../server/ServerContext.ts"
import { Clock } from "../services/Clock.ts"
import { DigestCache } from "../services/files/DigestCache.ts"
import { type Changes, FileChanges } from "../services/files/FileChanges.ts"
import { FileStore } from "../services/files/FileStore.ts"
import { Info } from "../services/Info.ts"
import { countHttp, Stats } from "../telemetry/Stats.ts"
import { decide, grantedOrigin, type Policy } from "./Access.ts"
import {
  digestResponse,
  type FileError,
  fileResponse,
  type Files,
  responseIfPresent
} from "./file/FileResponse.ts"
import { makeEventsReply } from "./events/EventsReply.ts"
import { makeDateLine } from "./HttpDate.ts"
import { encode, redirect, type Response, text } from "./Response.ts"
import { makeMetricsReply } from "./metrics/MetricsReply.ts"
import { makeServiceRoutes } from "./ServiceRoutes.ts"
import { folderLink } from "./page/Links.ts"
import { parsePath, queryField, splitTarget } from "./Target.ts"
import { words } from "./Texts.ts"

/** A folder that is asked for. */
export interface FolderRequest {
  readonly request: HttpRequest
  /** "" is the shared folder. */
  readonly name: FolderName
  /** Without its `?`; `undefined` where there is none. */
  readonly query: string | undefined
}

/** Answers requests of folders; fails as FileStore does. */
export type FolderReply = (folder: FolderRequest) => Effect.Effect<Response, FileError, Scope.Scope>

/** How HTTP is answered, with the policy of who may ask. */
export interface Options extends Policy {
  /** What a site answers with where there is no such file. */
  readonly fallback?: FileName | undefined
  /** Whether the metrics are told to whoever asks. */
  readonly hasOpenMetrics: boolean
  /** What a folder of the store is answered with. */
  readonly makeFolderReply: (files: Files, changes: Changes) => FolderReply
  /** The name on the wire of the command of a tag, for the metrics. */
  readonly commandName: (tag: string) => string
}

const acceptedMethods = "GET, HEAD, OPTIONS"
const allow = `Allow: ${acceptedMethods}\r\n`
const challenge = `WWW-Authenticate: Basic realm="app", charset="UTF-8"\r\n`
const retryLater = "Retry-After: 1\r\n"

const requestHeaders = fieldKey("Access-Control-Request-Headers")

const notFound = text(404, words.notFound)
const unavailable = text(503, words.unavailable, retryLater)
const refusals = {
  "must give a password": text(401, words.passwordRequired, challenge),
  "wrong password": text(401, words.passwordRequired, challenge),
  "cross-site": text(403, words.crossSite),
  "unknown host": text(421, words.unknownHost)
} as const

/** What of a response an allowed origin's pages may read besides the fields that every page may. */
const exposed =
  "Access-Control-Expose-Headers: Accept-Ranges, Content-Disposition, Content-Encoding, Content-Length, Content-Range, ETag, Repr-Digest\r\n"

/** An error of the store's as a response; what it was is told the log. */
const refuse =
  (client: HttpClient) =>
  (error: FileError): Effect.Effect<Response> => {
    switch (error._tag) {
      case "FileNotFound":
        return Effect.succeed(notFound)
      case "FileChanged":
        return Effect.succeed(unavailable)
      case "StoreUnavailable":
        return Effect.as(client.storageFailed(error), unavailable)
    }
  }

/** Counts the transfer of a body that is read as it is sent. */
const count =
  ({ transfer }: HttpClient) =>
  (response: Response): Effect.Effect<Response, FileError, Scope.Scope> =>
    response.body !== undefined && "bytes" in response.body
      ? Effect.as(transfer, response)
      : Effect.succeed(response)

/** The face of HTTP over FileStore, DigestCache, FileChanges, Clock, Info and Stats. */
export const makeHttpFace = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<HttpFace, never, FileStore | DigestCache | Clock | Info | Stats> {
  const { fallback, isSite } = options
  const store = yield* FileStore
  const stats = yield* Stats
  const { line, now } = makeDateLine(yield* EffectClock.Clock)
  const files: Files = { store, digests: yield* DigestCache, now, isSandboxed: !isSite }
  const changes = yield* FileChanges
  const folderReply = options.makeFolderReply(files, changes)
  const metrics = yield* makeMetricsReply(stats, changes, now, options.commandName)
  const services = makeServiceRoutes(
    yield* Clock,
    yield* Info,
    stats,
    new Map([
      ["metrics", () => metrics],
      ["events", makeEventsReply(changes, stats)]
    ])
  )

  const reply = (request: HttpRequest | HttpRefusal, response: Response): HttpReply => {
    countHttp(stats, request.method, response.status)
    const origin = request._tag === "HttpRequest" ? grantedOrigin(request, options) : undefined
    return encode(request, response, {
      date: line(),
      isIsolated: !isSite,
      fields:
        (origin === undefined ? "" : fieldLine("Access-Control-Allow-Origin", origin) + exposed)
        + (options.origins.length === 0 ? "" : "Vary: Origin\r\n"),
      isLast: request._tag === "HttpRefusal" || !request.isPersistent || stats.draining
    })
  }

  /** What there is instead of what there is not: the one page of a site. */
  const missing = (request: HttpRequest): Effect.Effect<Response, FileError, Scope.Scope> =>
    fallback === undefined
      ? Effect.succeed(notFound)
      : fileResponse(files, { request, name: fallback, isDownload: false })

  /** What there is instead of a file that there is not: a folder of the name, or what there is instead of that. */
  const insteadOf = Effect.fnUntraced(function* (
    request: HttpRequest,
    name: FileName,
    query: string | undefined
  ) {
    const isFolder = yield* Effect.scoped(store.folder(name)).pipe(
      Effect.as(true),
      Effect.catchTag("FileNotFound", () => Effect.succeed(false))
    )
    if (isFolder) return redirect(folderLink(name) + (query === undefined ? "" : `?${query}`))
    return yield* missing(request)
  })

  const answerFile = (
    request: HttpRequest,
    name: FileName,
    query: string | undefined
  ): Response | Effect.Effect<Response, FileError, Scope.Scope> => {
    if (queryField(query, "sha256") !== undefined) return digestResponse(files, name)
    const wanted = { request, name, isDownload: queryField(query, "baixar") !== undefined }
    return (
      responseIfPresent(files, wanted)
      ?? Effect.catchTag(fileResponse(files, wanted), "FileNotFound", () =>
        insteadOf(request, name, query)
      )
    )
  }

  const answerFolder = (folder: FolderRequest): Effect.Effect<Response, FileError, Scope.Scope> => {
    const { name, request } = folder
    const listing = Effect.catchTag(folderReply(folder), "FileNotFound", () => missing(request))
    if (!isSite) return listing
    const welcome = parsePath(`${folderLink(name)}index.html`)
    return welcome._tag === "File"
      ? Effect.catchTag(
          fileResponse(files, { request, name: welcome.name, isDownload: false }),
          "FileNotFound",
          () => listing
        )
      : listing
  }

  const route = (
    request: HttpRequest,
    client: HttpClient
  ): Response | Effect.Effect<Response, FileError, Scope.Scope> => {
    const { path, query } = splitTarget(request.target)
    const target = parsePath(path)
    switch (target._tag) {
      case "Service":
        return services(target.path, request, client) ?? notFound
      case "Folder":
        return answerFolder({ request, name: target.name, query })
      case "File":
        return answerFile(request, target.name, query)
      case "Nothing":
        return notFound
      case "Malformed":
        return text(400, words.malformedPath)
    }
  }

  /** Whether something is told to whoever asks, with a password or without, by whatever name. */
  const isPublic = ({ target }: HttpRequest): boolean => {
    const { path } = splitTarget(target)
    return path === "/-/health" || (options.hasOpenMetrics && path === "/-/metrics")
  }

  const answerAllowed = (request: HttpRequest, client: HttpClient): HttpAnswer => {
    if (request.method === "OPTIONS") return reply(request, answerOptions(request))
    const response = route(request, client)
    return Effect.isEffect(response)
      ? Effect.flatMap(response, count(client)).pipe(
          Effect.catch(refuse(client)),
          Effect.map((response) => reply(request, response))
        )
      : reply(request, response)
  }

  /** Which methods there are; and to a browser that asks for an allowed origin's page, that it may ask (CORS-preflight). */
  const answerOptions = (request: HttpRequest): Response => {
    const headers = request.field(requestHeaders)
    return {
      status: 204,
      fields:
        allow
        + (grantedOrigin(request, options) === undefined
          ? ""
          : `Access-Control-Allow-Methods: ${acceptedMethods}\r\nAccess-Control-Max-Age: 600\r\n`
            + (headers === undefined ? "" : fieldLine("Access-Control-Allow-Headers", headers))),
      body: undefined
    }
  }

  return {
    answer: (request, client) => {
      if (request._tag === "HttpRefusal") {
        return reply(request, text(request.status, `${request.reason}\n`))
      }
      const { method } = request
      if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS") {
        return reply(request, text(405, words.readOnly, allow))
      }
      if (isPublic(request)) return answerAllowed(request, client)
      const { authenticator } = client
      const decision = decide(
        request,
        options,
        authenticator.required
          ? // Any user: there is one only, and whoever types a password into a browser types some name as well.
            ({ password }) => authenticator.accept(undefined, password)
          : undefined
      )
      if (decision === "may ask") return answerAllowed(request, client)
      const refusal = reply(request, refusals[decision])
      return decision === "wrong password" ? Effect.as(client.wrongPassword, refusal) : refusal
    }
  }
})
