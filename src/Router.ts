/**
 * Answers queries: the table of routes, one for each query. What a route does with the services: routes/. Commands about
 * the connection: server/Session.ts.
 */
import type * as ByteString from "./domain/ByteString.ts"
import type { StoreUnavailable } from "./domain/Errors.ts"
import { Clock as EffectClock, Context, Effect, Layer } from "effect"
import type { Query, TagOf } from "./commands/Command.ts"
import { makeFileRoutes } from "./routes/FileRoutes.ts"
import { makeInspectionRoutes } from "./routes/InspectionRoutes.ts"
import { type Answer, requireName, type Routes } from "./routes/Route.ts"
import { makeStreamRoutes, makeStreamReader, type StreamReader } from "./routes/StreamRoutes.ts"
import { makeServerRoutes } from "./routes/ServerRoutes.ts"
import { Clock } from "./services/Clock.ts"
import { DigestCache } from "./services/files/DigestCache.ts"
import { type Changes, FileChanges } from "./services/files/FileChanges.ts"
import { FileStore } from "./services/files/FileStore.ts"
import { anyMark, makeScan } from "./services/files/scan/Scan.ts"
import { Info } from "./services/Info.ts"
import { makeServerInfo } from "./services/ServerInfo.ts"
import { Stats } from "./telemetry/Stats.ts"

export {
  type Answer,
  bulk,
  integer,
  longestPattern,
  mostNamed,
  patternTooLong,
  tooManyNamed,
  turnAfter
} from "./routes/Route.ts"

/** One route for each declared query: a query without a route does not compile, nor a route without a query. */
type Table = Routes<TagOf<"query">>

/** There is none: a Table without a route for each query does not compile. */
const noRoute = ({ _tag }: Query): Answer => Effect.die(new Error(`no route for ${_tag}`))

/** Finds the route of a query. As a property of the table V8 takes twice as long to find it. */
const finderOf = (table: Table): ((query: Query) => (query: Query) => Answer) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's type pairs each tag with its query
  const routes = new Map(Object.entries(table as Readonly<Record<string, (_: Query) => Answer>>))
  return ({ _tag }) => routes.get(_tag) ?? noRoute
}

/** Answers queries. `answer` returns a reply, or an effect of one that fails with the error to reply with. */
export class Router extends Context.Service<
  Router,
  {
    readonly answer: (query: Query) => Answer
    readonly readStreams: StreamReader
    /** The changes of the files, for who follows them. */
    readonly changes: Changes
    /** The version of a file, `undefined` where there is none, for who wants to know whether it changes. */
    readonly versionOf: (
      name: ByteString.ByteString
    ) => Effect.Effect<string | undefined, StoreUnavailable>
  }
>()("sockets/Router") {
  /** The routes over FileStore, FileChanges, Clock, Info and Stats. */
  static readonly layer = Layer.effect(
    Router,
    Effect.gen(function* () {
      const store = yield* FileStore
      const changes = yield* FileChanges
      const stats = yield* Stats
      const serverInfo = yield* makeServerInfo(stats, store)
      const table: Table = {
        ...makeFileRoutes(store, yield* DigestCache, makeScan(store, yield* anyMark), changes),
        ...makeInspectionRoutes(store, serverInfo),
        ...makeStreamRoutes(store, changes),
        ...makeServerRoutes(
          yield* Clock,
          yield* Info,
          stats,
          serverInfo,
          yield* EffectClock.Clock,
          changes
        )
      }
      const routeOf = finderOf(table)
      return {
        answer: (query) => routeOf(query)(query),
        readStreams: makeStreamReader(store, changes),
        changes,
        versionOf: (name) =>
          Effect.flatMap(requireName(name), store.describe).pipe(
            Effect.map(({ version }): string | undefined => version),
            Effect.catchTag("FileNotFound", () => Effect.succeed(undefined))
          )
      }
    })
  ).pipe(Layer.provide(DigestCache.layer))
}
