/** One server: a Listener and an Acceptor, with their statistics and log, from start to drain. */
import { Context, type Duration, Effect, Layer } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import { Stats } from "../telemetry/Stats.ts"
import { Router } from "../Router.ts"
import { makeEventLog } from "../telemetry/EventLog.ts"
import type { Address } from "../domain/Address.ts"
import { listen, type ListenError } from "../net/Listener.ts"
import type { TrustedProxies } from "../net/proxy/TrustedProxies.ts"
import { mostRejecting } from "../guard/Rejection.ts"
import * as Acceptor from "./Acceptor.ts"
import type { Tls } from "../net/TlsHandshake.ts"

/** How to serve. */
export interface Options extends Address, Acceptor.Options {
  /** How long requests in progress may take when the server stops; zero unless given. */
  readonly grace?: Duration.Duration
  /** How connections are encrypted; not at all unless given. */
  readonly tls?: Tls | undefined
  /** The proxies whose PROXY headers are believed; none unless given. */
  readonly proxies?: TrustedProxies | undefined
}

/** The running server. */
export class Server extends Context.Service<
  Server,
  {
    /** Where it listens, with the bound port. */
    readonly address: Address
    /** Makes PING answer that the server is about to stop, and goes on serving. */
    readonly announceStop: Effect.Effect<void>
  }
>()("sockets/server/Server") {
  /** Serves the router's commands until the layer's scope closes. Fails with ListenError. */
  static readonly layer = (options: Options): Layer.Layer<Server, ListenError, Router | Stats> =>
    Layer.effect(
      Server,
      Effect.gen(function* () {
        const router = yield* Router
        const stats = yield* Stats
        const eventLog = yield* makeEventLog
        const { cutOff, receive } = yield* Acceptor.makeAcceptor(options, router, stats, eventLog)
        let draining = false
        // Finalizers run in reverse: log drain.begun, stop accepting and drain, log drain.ended.
        yield* Effect.addFinalizer(() =>
          Effect.suspend(() =>
            draining ? eventLog.log("drain.ended", { cut_off: cutOff() }) : Effect.void
          )
        )
        const { limits } = options
        const address = yield* listen(
          {
            ...options,
            onBadHeader: (host, { reason }) =>
              eventLog.log("proxy.refused", { address: host, reason }),
            ...(limits === undefined
              ? {}
              : {
                  stallTimeout: limits.stall,
                  maxConnections: limits.connections + mostRejecting
                })
          },
          receive
        )
        yield* Effect.addFinalizer(() =>
          Effect.suspend(() => {
            draining = true
            return eventLog.log("drain.begun", { connections: stats.connectedClients })
          })
        )
        stats.maxClients = limits?.connections ?? 0
        stats.version = options.version
        stats.port = address.port
        stats.startedAt = yield* Monotonic.now
        const announceStop = Effect.suspend(() => {
          stats.draining = true
          return eventLog.log("drain.announced", { connections: stats.connectedClients })
        })
        return { address, announceStop }
      })
    )
}
