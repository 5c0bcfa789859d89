/** The connections to one server, over Node's sockets. What is spoken over them is handed in, and what is asked not known. */
import { Duration, Effect, Layer, type Redacted, type Scope } from "effect"
import { Socket } from "effect/socket"
import type { Connection } from "../Connection.ts"
import { type Connectors, growingPause, makeConnector, type Policy } from "../Connector.ts"
import { socketTo, type Tls } from "./Socket.ts"

/** Where to ask, how long to wait, and how to go on after a loss. */
export interface Server {
  readonly host: string
  readonly port: number
  /** How the connection is encrypted; not at all without. */
  readonly tls?: Tls | undefined
  /** What the server asks for before it answers, if it does. */
  readonly password?: Redacted.Redacted | undefined
  /** What is spoken: the layer of Connection, or of PickleConnection. */
  readonly protocol: typeof Connection.layer
  /** The bound on connecting, the handshake included; 10 seconds unless given. */
  readonly connecting?: Duration.Input | undefined
  /** The bound on the server's silence in the middle of an answer; 15 seconds unless given. */
  readonly silence?: Duration.Input | undefined
  /** How many lost connections are made good; 5 unless given. */
  readonly retries?: number | undefined
  /** Whether they are counted over all questions, or between two answers. */
  readonly counting: Policy["counting"]
  /** Told of each loss that will be made good. */
  readonly onRetry: Policy["onRetry"]
}

/** A connection, made when the layer is built. */
const connection = (server: Server, silence: Duration.Duration) => {
  const { connecting = Duration.seconds(10), host, password, port, protocol, tls } = server
  const socket = socketTo({ host, port, openTimeout: connecting, tls })
  return protocol({ silence, password }).pipe(Layer.provide(Layer.effect(Socket.Socket, socket)))
}

/**
 * One connection for questions and bytes, and one for digests of large files, for which the server has to read them
 * first and may be silent for as long as that takes. Each is made when it is first needed, and closed with the scope.
 */
export const makeConnectors = (server: Server): Effect.Effect<Connectors, never, Scope.Scope> => {
  const { counting, onRetry, retries = 5 } = server
  const silence = Duration.fromInputUnsafe(server.silence ?? Duration.seconds(15))
  const policy = { retries, counting, pause: growingPause, onRetry }
  return Effect.all({
    bytes: makeConnector(connection(server, silence), policy),
    digests: makeConnector(connection(server, Duration.infinity), policy)
  })
}
