/** The server that a client asks: where it is, how long to wait for it, and how to go on when it is lost. */
import { Duration, Effect, Layer, Option, type Redacted } from "effect"
import { Socket } from "effect/socket"
import { Client } from "../../client/Connection.ts"
import { growingPause, makeConnector, type Policy } from "../../client/Connector.ts"
import * as PickleClient from "../../client/PickleConnection.ts"
import { socketTo, type Tls } from "../../library/Connect.ts"
import type { Protocol } from "../Flags.ts"

/** How long to wait for a connection, and in the middle of an answer, unless `--timeout` says otherwise for both. */
const defaultTimeouts = { connecting: Duration.seconds(10), silence: Duration.seconds(15) }

/** Where to ask, and how long to wait. */
export interface Server {
  readonly host: string
  readonly port: number
  readonly timeout: Option.Option<Duration.Duration>
  readonly protocol: Protocol
  /** How the connection is encrypted; not at all without. */
  readonly tls: Tls | undefined
  readonly password: Redacted.Redacted | undefined
  /** How many lost connections are made good, and whether in one run or between two answers. */
  readonly retries: number
  readonly counting: Policy["counting"]
}

/** A connection to the server, made when the layer is built. */
const connection = (server: Server, silence: Duration.Duration) => {
  const { host, password, port, protocol, timeout, tls } = server
  const openTimeout = Option.getOrElse(timeout, () => defaultTimeouts.connecting)
  const socket = socketTo({ host, port, openTimeout, tls })
  const { layer } = protocol === "pickle" ? PickleClient : Client
  return layer({ silence, password }).pipe(Layer.provide(Layer.effect(Socket.Socket, socket)))
}

/**
 * The connections to a server: one for questions and bytes; one for digests of large files, for which the server has
 * to read them first and may be silent for as long as that takes. Each is made when it is first needed.
 */
export const connect = (server: Server, onRetry: (attempt: number) => Effect.Effect<void>) => {
  const silence = Option.getOrElse(server.timeout, () => defaultTimeouts.silence)
  const { counting, retries } = server
  const policy = { retries, counting, pause: growingPause, onRetry }
  return Effect.all({
    bytes: makeConnector(connection(server, silence), policy),
    digests: makeConnector(connection(server, Duration.infinity), policy)
  })
}
