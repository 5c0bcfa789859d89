/** What `/-/events` answers: the changes of the shared files as server-sent events. Who may ask is Access's affair. */
import { Effect, type Scope } from "effect"
import { fieldKey, type HttpRequest } from "../../codec/http/HttpRequest.ts"
import { type ChangeId, nowhere, parseId } from "../../domain/FileChange.ts"
import * as NamePattern from "../../domain/NamePattern.ts"
import * as Pattern from "../../domain/Pattern.ts"
import type { HttpClient } from "../../server/ServerContext.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import type { Numbers } from "../../telemetry/Stats.ts"
import { type Response, text } from "../Response.ts"
import { splitTarget } from "../Target.ts"
import { words } from "../Texts.ts"
import { makeEventStreams } from "./EventStream.ts"

const lastEventId = fieldKey("Last-Event-ID")

/** The most characters of a pattern: each change is held against it, and what that costs grows with it. */
export const longestPattern = 1024

/** nginx would hold back what comes until it has a buffer full (nginx.org, ngx_http_proxy_module: proxy_buffering). */
const fields =
  "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"

/** The reply to requests of the changes, of a client each. */
export const makeEventsReply = (changes: Changes, stats: Numbers) => {
  const { eventStream, wakes } = makeEventStreams(changes)

  /** Counts an open stream until the scope closes. */
  const counted = Effect.andThen(
    wakes,
    Effect.acquireRelease(
      Effect.sync(() => void (stats.eventStreams += 1)),
      () => Effect.sync(() => void (stats.eventStreams -= 1))
    )
  )

  /** The place that a request names: a browser that was cut off by its field, any other client by the query. */
  const placeOf = (request: HttpRequest, asked: string | null): ChangeId | undefined => {
    const told = request.field(lastEventId)
    if (told !== undefined && told !== "") return parseId(told) ?? nowhere
    return asked === null ? changes.last() : parseId(asked)
  }

  const answer = (
    request: HttpRequest,
    client: HttpClient
  ): Response | Effect.Effect<Response, never, Scope.Scope> => {
    if (changes.source() === "none") return text(503, words.noChanges)
    const query = new URLSearchParams(splitTarget(request.target).query)
    const from = placeOf(request, query.get("desde"))
    if (from === undefined) return text(400, words.badPosition)
    const pattern = query.get("padrao") ?? ""
    if (pattern.length > longestPattern) return text(400, words.longPattern)
    // Nothing hidden is in the log unless it is shared.
    const { matches } = NamePattern.fromGlob(Pattern.make(pattern, true))
    return Effect.map(Effect.andThen(counted, client.follow(from)), (delivery) => ({
      status: 200,
      fields,
      body: {
        events: eventStream({
          delivery,
          matches: pattern === "" ? () => true : matches,
          onEnd: client.onInputEnd.bind(client)
        })
      }
    }))
  }

  return (request: HttpRequest, client: HttpClient) =>
    changes.whenStarted(() => answer(request, client))
}
