/**
 * The real server on a free port, as `app serve` wires it but for what the test gives: the store and, where it wants
 * to see a conversation's end, the door. Whatever is logged as an error fails the test.
 */
import {
  Clock as EffectClock,
  Context,
  Effect,
  type Exit,
  Layer,
  Logger,
  Queue,
  References,
  type Scope
} from "effect"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { Socket } from "node:net"
import { makeResp } from "../../../src/codec/resp/Resp.ts"
import type { StoreUnavailable } from "../../../src/domain/Errors.ts"
import { Stats } from "../../../src/telemetry/Stats.ts"
import { Router } from "../../../src/Router.ts"
import type { EventLog } from "../../../src/telemetry/EventLog.ts"
import { unlimited } from "../../../src/guard/Pacer.ts"
import { unlimitedConnections } from "../../../src/guard/ConnectionLimiter.ts"
import { noReaper } from "../../../src/guard/ConnectionReaper.ts"
import { converse } from "../../../src/server/Connection.ts"
import type { Address } from "../../../src/domain/Address.ts"
import { listen, type ListenError } from "../../../src/net/Listener.ts"
import type { PeerLost } from "../../../src/net/Peer.ts"
import { TurnQuota, Turns } from "../../../src/net/Turns.ts"
import { type Options, Server } from "../../../src/server/Server.ts"
import { makeServerSubscriptions } from "../../../src/server/subscriptions/ServerSubscriptions.ts"
import { ConnectionContext } from "../../../src/server/ConnectionContext.ts"
import type { ServerContext } from "../../../src/server/ServerContext.ts"
import { makeAuthenticator } from "../../../src/guard/Authenticator.ts"
import { wireName } from "../../../src/commands/Command.ts"
import { makeFolderReply } from "../../../src/http/FolderReply.ts"
import { makeHttpFace, type Options as HttpOptions } from "../../../src/http/HttpFace.ts"
import { Clock } from "../../../src/services/Clock.ts"
import { DigestCache } from "../../../src/services/files/DigestCache.ts"
import * as DirectoryFileStore from "../../../src/services/files/directory/DirectoryFileStore.ts"
import { type Changes, FileChanges } from "../../../src/services/files/FileChanges.ts"
import type { FileStore } from "../../../src/services/files/FileStore.ts"
import { Info } from "../../../src/services/Info.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"

/** Where test servers listen. */
const anyPort: Address = { host: "127.0.0.1", port: 0 }

/** What the server says its version is. */
export const version = "1.2.3"

/** Nothing is shared. */
export const emptyStore: Layer.Layer<FileStore> = MemoryFileStore.layer(new Map())

/** A log that writes nothing. */
const silent: EventLog = { log: () => Effect.void, allows: () => false }

/** All that a router and the face of HTTP need, and the router. */
const servicesOver = <E>(store: Layer.Layer<FileStore, E, Stats>) =>
  Layer.mergeAll(Router.layer, DigestCache.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(store, Clock.layer(), Info.layer)),
    Layer.provideMerge(Stats.layer)
  )

/** How HTTP is answered: as `app serve` does where nobody says otherwise, by the name `files.test` too; not at all unless given. */
export interface TestOptions extends Partial<Options> {
  readonly web?: Partial<HttpOptions> & { readonly only?: boolean }
  /** The changes of the files; those of nothing unless given. */
  readonly changes?: Changes
}

const httpDefaults: HttpOptions = {
  hosts: ["files.test"],
  origins: [],
  isSite: false,
  hasOpenMetrics: false,
  makeFolderReply,
  commandName: wireName
}

/** The server over a router, with the face of HTTP where it is wanted. */
const serverLayer = ({ web, ...options }: TestOptions) =>
  Layer.unwrap(
    Effect.map(
      web === undefined ? Effect.undefined : makeHttpFace({ ...httpDefaults, ...web }),
      (face) =>
        Server.layer({
          ...anyPort,
          version,
          ...options,
          http: face === undefined ? undefined : { face, only: web?.only === true }
        })
    )
  )

/** Keeps what is logged off the terminal, and makes an error of the log one of the test. */
const strictLog = Effect.gen(function* () {
  const errors: Array<unknown> = []
  yield* Effect.addFinalizer(() =>
    errors.length === 0
      ? Effect.void
      : Effect.die(new Error(`logged: ${errors.map(String).join("; ")}`))
  )
  return Logger.layer([
    Logger.make(({ logLevel, message }) => {
      if (logLevel === "Error" || logLevel === "Fatal") errors.push(message)
    })
  ])
})

/** A line of the log, as far as it is of interest. */
export interface Logged {
  readonly level: string
  readonly event: unknown
  readonly fields: Readonly<Record<string, unknown>>
}

/** Everything that is logged, the oldest first. */
const collectingLog = Effect.map(Queue.unbounded<Logged>(), (lines) => ({
  lines,
  log: Layer.merge(
    Logger.layer([
      Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
        Queue.offerUnsafe(lines, { level, event: message, fields: annotations })
      })
    ]),
    Layer.succeed(References.MinimumLogLevel, "Debug")
  )
}))

/** Serves the store until the scope closes, and tells what is logged. */
export const serveLogged = <E>(
  store: Layer.Layer<FileStore, E, Stats>,
  options: TestOptions = {}
): Effect.Effect<
  {
    readonly address: Address
    /** The next line of this event; those of others before it are passed over. */
    readonly next: (event: string) => Effect.Effect<Logged>
  },
  E | ListenError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const { lines, log } = yield* collectingLog
    return {
      address: yield* serveWith(log, store, options),
      next: (event) => Effect.repeat(Queue.take(lines), { until: (line) => line.event === event })
    }
  })

/** Serves the store until the scope closes. */
export const serve = <E>(
  store: Layer.Layer<FileStore, E, Stats>,
  options: TestOptions = {}
): Effect.Effect<Address, E | ListenError, Scope.Scope> =>
  Effect.flatMap(strictLog, (log) => serveWith(log, store, options))

const serveWith = <E>(
  log: Layer.Layer<never>,
  store: Layer.Layer<FileStore, E, Stats>,
  { changes, ...options }: TestOptions
): Effect.Effect<Address, E | ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const server = serverLayer(options).pipe(
      Layer.provide(servicesOver(store)),
      Layer.provide(changes === undefined ? Layer.empty : Layer.succeed(FileChanges, changes))
    )
    const context = yield* Layer.build(Layer.provide(server, log))
    return Context.get(context, Server).address
  })

/** Serves a folder until the scope closes, hidden names left out unless wanted. */
export const serveFolder = (
  folder: string,
  { hidden = false, ...options }: { readonly hidden?: boolean } & TestOptions = {}
) => Effect.orDie(serve(DirectoryFileStore.layer({ folder, hidden }), options))

/** A server whose conversations can be seen to end. */
export interface ObservedServer {
  readonly address: Address
  /** How the next conversation to end ended; its fiber and its socket are gone a moment later. */
  readonly nextEnd: Effect.Effect<Exit.Exit<void, PeerLost | StoreUnavailable>>
}

/** Serves the store through the real door and the real conversation, and tells how each conversation ends. */
export const serveObserved = <E>(
  store: Layer.Layer<FileStore, E, Stats>
): Effect.Effect<ObservedServer, E | ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const services = yield* Layer.build(servicesOver(store))
    const router = Context.get(services, Router)
    const stats = Context.get(services, Stats)
    const ends = yield* Queue.unbounded<Exit.Exit<void, PeerLost | StoreUnavailable>>()
    const server: ServerContext = {
      version,
      router,
      stats,
      clock: yield* EffectClock.Clock,
      authenticator: makeAuthenticator(() => []),
      reaper: noReaper,
      limiter: unlimitedConnections,
      eventLog: silent,
      turns: new Turns(),
      pieces: new TurnQuota(32),
      subscriptions: makeServerSubscriptions(router.changes, stats),
      onForeign: () => Effect.void,
      onWrongPassword: () => Effect.void
    }
    const resp = makeResp()
    const address = yield* listen(anyPort, (peer) =>
      converse(new ConnectionContext(server, peer, resp, unlimited)).pipe(
        Effect.onExit((exit) => Queue.offer(ends, exit)),
        Effect.exit
      )
    )
    return { address, nextEnd: Queue.take(ends) }
  })

/**
 * The server's side of the connections made while the scope is open, the oldest first, as Node itself tells of them
 * (diagnostics_channel, `net.server.socket`). Each test file is a process, so they are this file's own.
 */
export const acceptedSockets: Effect.Effect<Queue.Dequeue<Socket>, never, Scope.Scope> = Effect.gen(
  function* () {
    const accepted = yield* Queue.unbounded<Socket>()
    const replaced = new WeakSet<Socket>()
    const onSocket = (message: unknown): void => {
      if (typeof message !== "object" || message === null) return
      // net/ReceiveBuffer tells first of the socket that is used, then Node of the one that it replaces.
      if ("replaces" in message && message.replaces instanceof Socket)
        replaced.add(message.replaces)
      if (
        "socket" in message
        && message.socket instanceof Socket
        && !replaced.has(message.socket)
      ) {
        Queue.offerUnsafe(accepted, message.socket)
      }
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => subscribe("net.server.socket", onSocket)),
      () => Effect.sync(() => unsubscribe("net.server.socket", onSocket))
    )
    return accepted
  }
)

/** Waits until this end of a connection is closed. */
export const closed = (socket: Socket): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })
