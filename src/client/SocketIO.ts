/**
 * Reads from and writes to the client's socket: how long a server may be silent, how slow it may be, and how a socket's
 * errors are told apart. What the bytes mean is left to RespConnection and PickleConnection.
 */
import { Data, Duration, Effect } from "effect"
import type { Socket } from "effect/socket"
import * as ByteString from "../domain/ByteString.ts"
import * as Monotonic from "../domain/Monotonic.ts"

/** No connection could be made: within the time for it where `timedOut`, at all otherwise. */
export class ConnectFailed extends Data.TaggedError("ConnectFailed")<{
  readonly timedOut: boolean
  readonly cause: unknown
}> {}

/** The connection ended before the reply did. */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{
  readonly cause: unknown
}> {
  /**
   * Whether the server would end the next one too: in TLS 1.3 it looks at a client's certificate only when the client
   * has long begun to speak (RFC 8446, 4.4.2.4), and refuses it by an alert where a reply was waited for. The codes are
   * OpenSSL's, such as `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`.
   */
  get isFinal(): boolean {
    for (let cause = this.cause; cause instanceof Error; cause = cause.cause) {
      if ("code" in cause && /_ALERT_(?:.*CERTIFICATE|UNKNOWN_CA)/.test(String(cause.code)))
        return true
    }
    return false
  }
}

/** The server sent nothing for so many seconds while a reply was due. */
export class ReadTimeout extends Data.TaggedError("ReadTimeout")<{
  readonly seconds: number
}> {}

/** The server sent less than `bytesPerSecond` over `seconds` seconds in the middle of a reply. */
export class SlowTransfer extends Data.TaggedError("SlowTransfer")<{
  readonly bytesPerSecond: number
  readonly seconds: number
}> {}

/** Why nothing more can be read from a socket. */
export type ReadError = ConnectionLost | ReadTimeout | SlowTransfer

/** Whether the error means that the connection is of no more use, but that another one may be. */
export const isLoss = (error: unknown): error is ReadError =>
  (error instanceof ConnectionLost && !error.isFinal)
  || error instanceof ReadTimeout
  || error instanceof SlowTransfer

/** How long a server may take. */
export interface Patience {
  /** How long it may send nothing while a reply is due; then the request fails with `ReadTimeout`. */
  readonly readTimeout: Duration.Duration
  /** In bytes a second: the least it must send in the middle of a reply, else `SlowTransfer`. None unless given. */
  readonly minRate?: number | undefined
}

/** The error of the system or of TLS behind a socket's error, where there is one. */
const causeOf = (error: Socket.SocketError): unknown =>
  "cause" in error.reason ? error.reason.cause : error

/** The `ConnectFailed` for a socket's error. */
export const connectFailed = (error: Socket.SocketError): ConnectFailed =>
  new ConnectFailed({
    timedOut: error.reason._tag === "SocketOpenError" && error.reason.kind === "Timeout",
    cause: causeOf(error)
  })

/** Over how many seconds of waiting in the middle of a reply the least rate is measured. */
const rateWindow = 30

/** Reads a socket. */
export interface Reader {
  /** The next bytes. */
  readonly read: Effect.Effect<ReadonlyArray<Uint8Array>, ReadError>
  /** Says that a reply begins. Until its first bytes only the read timeout holds, for the server may have to compute. */
  readonly startReply: () => void
}

/** A reader over the pull of a socket. */
export const makeReader = (
  pull: Effect.Effect<ReadonlyArray<Uint8Array>, Socket.SocketError>,
  { minRate = 0, readTimeout }: Patience
): Reader => {
  let hasBegun = false
  let waited = 0
  let received = 0
  const restart = () => {
    waited = 0
    received = 0
  }
  const pullWithTimeout = pull.pipe(
    Effect.mapError((error) => new ConnectionLost({ cause: causeOf(error) })),
    Effect.timeoutOrElse({
      duration: readTimeout,
      orElse: () => Effect.fail(new ReadTimeout({ seconds: Duration.toSeconds(readTimeout) }))
    })
  )
  /** Only the time spent waiting counts: a slow disk or reader on our side is not the server's fault. */
  const checkRate = (chunks: ReadonlyArray<Uint8Array>, seconds: number) => {
    if (!hasBegun) {
      hasBegun = true
      return Effect.succeed(chunks)
    }
    waited += seconds
    for (const { length } of chunks) received += length
    if (waited < rateWindow) return Effect.succeed(chunks)
    const isSlow = received < minRate * waited
    restart()
    return isSlow
      ? Effect.fail(new SlowTransfer({ bytesPerSecond: minRate, seconds: rateWindow }))
      : Effect.succeed(chunks)
  }
  return {
    read:
      minRate === 0
        ? pullWithTimeout
        : Effect.gen(function* () {
            const began = yield* Monotonic.now
            const chunks = yield* pullWithTimeout
            return yield* checkRate(chunks, ((yield* Monotonic.now) - began) / 1000)
          }),
    startReply: () => {
      hasBegun = false
      restart()
    }
  }
}

/**
 * Makes a function that queues text for sending. It does not wait until the system has taken the bytes, for a socket
 * that was closed meanwhile would never say so (NodeSocket.ts, awaitDrain); the next read fails instead. What is queued
 * in one turn of the event loop leaves in one write, so that the server can answer it in one.
 */
export const writer = Effect.fnUntraced(function* (socket: Socket.Socket) {
  const scope = yield* Effect.scope
  const { write } = yield* socket.writer
  let waiting = ""
  const flush = Effect.suspend(() => {
    const text = waiting
    waiting = ""
    return write(ByteString.toBytes(ByteString.unsafe(text)))
  })
  return (latin1: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      waiting += latin1
      return waiting.length > latin1.length
        ? Effect.void
        : Effect.forkIn(Effect.ignore(Effect.andThen(Effect.yieldNow, flush)), scope)
    })
})
