/** How the library's users say which server they mean, and how patient they are with it. */
import { type Duration, Effect, type Redacted } from "effect"
import type { Server } from "../client/node/Connectors.ts"
import type { Tls } from "../client/node/socket/Socket.ts"
import * as RespConnection from "../client/RespConnection.ts"

/** Where the server is, how long to wait for it, and how often to reconnect. */
export interface Options {
  /** 127.0.0.1 unless given. */
  readonly host?: string | undefined
  /** 65432 unless given. */
  readonly port?: number | undefined
  /** Options of TLS, or `true` for its defaults; not encrypted unless given. */
  readonly tls?: Tls | boolean | undefined
  /** Sent when connecting; none for a server that asks for none. */
  readonly password?: Redacted.Redacted | undefined
  /** How long connecting may take, the TLS handshake included; 10 seconds unless given. Then `ConnectFailed`. */
  readonly connectTimeout?: Duration.Input | undefined
  /** How long the server may send nothing while a reply is due; 15 seconds unless given. Then `ReadTimeout`. */
  readonly readTimeout?: Duration.Input | undefined
  /** In bytes a second: the least the server must send in the middle of a reply, over 30 seconds; 1,024 unless given. */
  readonly minRate?: number | undefined
  /** How many times to reconnect between two replies, whichever connection is lost; 5 unless given. */
  readonly retries?: number | undefined
}

/** The server that the options mean, with what holds where they say nothing. */
export const serverOf = ({
  host = "127.0.0.1",
  password,
  port = 65432,
  tls = false,
  ...options
}: Options): Server => ({
  ...options,
  password: () => password,
  host,
  port,
  tls: tls === true ? {} : tls || undefined,
  protocol: RespConnection.layer,
  counting: "since the last answer",
  onRetry: () => Effect.void
})
