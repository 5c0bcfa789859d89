/** The server: a door, and a conversation with each peer that comes through it. */
import { Context, Effect, Layer } from "effect"
import { resp } from "../codec/Resp.ts"
import { Router } from "../Router.ts"
import { converse } from "./Connection.ts"
import { type Address, listen, type ListenError } from "./Listener.ts"
import type { Peer } from "./Peer.ts"
import { makeSession } from "./Session.ts"

/** How to serve. */
export interface Options extends Address {
  /** The server's version, which HELLO tells. */
  readonly version: string
}

/** The running server. */
export class Server extends Context.Service<
  Server,
  {
    /** Where it listens, with the port that was taken. */
    readonly address: Address
  }
>()("sockets/server/Server") {
  /** Serves the router's commands until the layer's scope closes. */
  static readonly layer = (options: Options): Layer.Layer<Server, ListenError, Router> =>
    Layer.effect(
      Server,
      Effect.gen(function* () {
        const router = yield* Router
        let connections = 0
        const handle = (peer: Peer) => {
          const session = makeSession({ id: ++connections, version: options.version })
          return converse(peer, resp, session, router).pipe(
            Effect.catchTag("PeerLost", () => Effect.void),
            Effect.catch((error) => Effect.logWarning("transfer cut off", error.cause)),
            Effect.catchDefect((defect) => Effect.logError("connection failed", defect)),
            Effect.annotateLogs("peer", peer.address)
          )
        }
        return { address: yield* listen(options, handle) }
      })
    )
}
