/** The connections to one server, over Node's sockets. The protocol is a parameter. */
import { Duration, Effect, Layer, type Redacted, type Scope } from "effect"
import { Socket } from "effect/socket"
import type { Protocol } from "../Connection.ts"
import { type Connectors, makeConnector } from "../Connector.ts"
import { growingPause, noLosses, type RetryPolicy } from "../Losses.ts"
import type { ReceiveBuffers } from "./socket/ReceiveBuffers.ts"
import { socketTo, type Tls } from "./socket/Socket.ts"

/** Where the server is, how long to wait for it, and how often to reconnect. */
export interface Server {
  readonly host: string
  readonly port: number
  /** Options of TLS; without them the connection is not encrypted. */
  readonly tls?: Tls | undefined
  /** Sent when connecting, as it is then; none for a server that asks for none. */
  readonly password?: (() => Redacted.Redacted | undefined) | undefined
  /** The `layer` of RespConnection or of PickleConnection. */
  readonly protocol: Protocol
  /** How long connecting may take, the TLS handshake included; 10 seconds unless given. */
  readonly connectTimeout?: Duration.Input | undefined
  /** How long the server may send nothing while a reply is due; 15 seconds unless given. */
  readonly readTimeout?: Duration.Input | undefined
  /** In bytes a second: the least the server must send in the middle of a reply; 1,024 unless given, 0 for none. */
  readonly minRate?: number | undefined
  /** How many times to reconnect, whichever connection is lost; 5 unless given. */
  readonly retries?: number | undefined
  /** As in `RetryPolicy`; `growingPause` unless given. */
  readonly pause?: RetryPolicy["pause"] | undefined
  /** As in `RetryPolicy`. */
  readonly counting: RetryPolicy["counting"]
  /** As in `RetryPolicy`. */
  readonly onRetry: RetryPolicy["onRetry"]
}

/** How long the server may send nothing while a reply is due, unless it is said. */
export const defaultReadTimeout = Duration.seconds(15)

/** One connection, made when the layer is built. */
const connection = (server: Server, readTimeout: Duration.Duration) =>
  Layer.suspend(() => {
    const { connectTimeout = Duration.seconds(10), host, minRate = 1024 } = server
    const { password, port, protocol, tls } = server
    let buffers: ReceiveBuffers | undefined
    const onBuffers = (made: ReceiveBuffers) => {
      buffers = made
    }
    const socket = socketTo({ host, port, openTimeout: connectTimeout, tls, onBuffers })
    const lend = (isLending: boolean) => buffers?.lend(isLending)
    return protocol({ readTimeout, minRate, password, lend }).pipe(
      Layer.provide(Layer.effect(Socket.Socket, socket))
    )
  })

/**
 * One connection for requests and bytes, and one for digests of large files, over which the server may send nothing for as
 * long as it takes to read them. Each is made on first use, and closed with the scope.
 */
export const makeConnectors = (server: Server): Effect.Effect<Connectors, never, Scope.Scope> => {
  const { counting, onRetry, pause = growingPause, retries = 5 } = server
  const readTimeout = Duration.fromInputUnsafe(server.readTimeout ?? defaultReadTimeout)
  const policy = { retries, counting, pause, onRetry }
  return Effect.suspend(() => {
    const losses = noLosses()
    return Effect.all({
      bytes: makeConnector(connection(server, readTimeout), policy, losses),
      digests: makeConnector(connection(server, Duration.infinity), policy, losses)
    })
  })
}
