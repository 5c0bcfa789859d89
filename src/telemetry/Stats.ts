/**
 * What the server knows of itself: plain numbers, for counting must cost next to nothing. The server writes them;
 * INFO, CONFIG GET and metrics read them.
 */
import { Context, Layer } from "effect"

/** The running server in numbers. */
export interface Numbers {
  /** The server's version, such as `1.2.3`. */
  version: string
  /** The port it listens on, 0 until it does. */
  port: number
  /** When it began to listen, by Monotonic. */
  startedAt: number
  /** Whether it is about to stop, and should be sent nobody new. */
  draining: boolean
  /** Whether the store answers. A folder of this machine always does, as far as is known. */
  storeReachable: boolean
  /** How many connections it holds at most, 0 for as many as come. */
  maxClients: number
  connectedClients: number
  connectionsReceived: number
  /** Connections closed at once, for there were too many. */
  connectionsRejected: number
  /** Requests that were commands, refused ones included. */
  commandsProcessed: number
  /** Connections closed because what came on them could not be understood. */
  protocolErrors: number
  bytesReceived: number
  bytesSent: number
}

/** The numbers of one server. */
export class Stats extends Context.Service<Stats, Numbers>()("sockets/domain/Stats") {
  /** All zero, and all well. */
  static readonly layer = Layer.sync(Stats, () => ({
    version: "",
    port: 0,
    startedAt: 0,
    draining: false,
    storeReachable: true,
    maxClients: 0,
    connectedClients: 0,
    connectionsReceived: 0,
    connectionsRejected: 0,
    commandsProcessed: 0,
    protocolErrors: 0,
    bytesReceived: 0,
    bytesSent: 0
  }))
}
