/**
 * A client that knows nothing but bytes: sends what it is told, collects what comes, and says how it ended. Bytes are
 * latin1 strings, one character a byte. Every wait is for an event of the socket; none is for time.
 */
import { Data, Effect, type Scope } from "effect"
import { connect as connectSocket, type Socket } from "node:net"
import { connect as connectTls, type ConnectionOptions } from "node:tls"
import type { Address } from "../../../src/domain/Address.ts"

/** The connection ended, or could not be made, before what was waited for came. */
export class ConnectionEnded extends Data.TaggedError("ConnectionEnded")<{
  /** What came and was not taken yet. */
  readonly received: string
  /** The code of what went wrong, if anything did. */
  readonly code: string | undefined
}> {}

/** What has come and not been taken, held in pieces so that a large reply costs no more than its bytes. */
class Inbox {
  #pieces: Array<Buffer> = []
  #size = 0
  #waiting: (() => void) | undefined
  /** The peer closed its end, or the connection was lost. */
  ended = false

  get size(): number {
    return this.#size
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#size += piece.length
    this.#waiting?.()
  }

  end(): void {
    this.ended = true
    this.#waiting?.()
  }

  peek(): string {
    return this.#joined().toString("latin1")
  }

  /** Where a text begins; -1 where it has not come. */
  indexOf(text: string): number {
    return this.#joined().indexOf(text, 0, "latin1")
  }

  take(count: number): Buffer {
    const joined = this.#joined()
    this.#pieces = [joined.subarray(count)]
    this.#size = joined.length - count
    return joined.subarray(0, count)
  }

  /** Waits until `ready`, or for the end. */
  readonly until = (ready: () => boolean): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      const look = (): void => {
        if (!ready() && !this.ended) return
        this.#waiting = undefined
        resume(Effect.void)
      }
      this.#waiting = look
      look()
    })

  #joined(): Buffer {
    const [first] = this.#pieces
    const joined =
      first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }
}

/** A connection of raw bytes. */
export interface RawSocket {
  /** Hands bytes to the system, or to Node where the system takes no more; does not wait. */
  readonly send: (bytes: string | Uint8Array) => Effect.Effect<void>
  /** Closes our end; the peer's stays open. */
  readonly end: Effect.Effect<void>
  /** Resets the connection. */
  readonly reset: Effect.Effect<void>
  /** Stops, and goes on, taking bytes from the system. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Exactly this many bytes. */
  readonly takeBytes: (count: number) => Effect.Effect<Buffer, ConnectionEnded>
  /** Exactly this many bytes, as text. */
  readonly take: (count: number) => Effect.Effect<string, ConnectionEnded>
  /** Everything up to and with the first `mark`. */
  readonly takeThrough: (mark: string) => Effect.Effect<string, ConnectionEnded>
  /** Sends, then takes as many bytes as `expected` has; dies where they are others. */
  readonly ask: (request: string, expected: string) => Effect.Effect<string, ConnectionEnded>
  /** Everything until the peer closes. */
  readonly rest: Effect.Effect<string>
  /** The socket itself, for what only it can tell. */
  readonly socket: Socket
}

/** How to connect. */
export interface Options {
  /** Our end stays open when the peer's closes. */
  readonly allowHalfOpen?: boolean
  /** Where to come from, such as 127.0.0.2; all of 127.0.0.0/8 is this machine's on Linux. */
  readonly localAddress?: string
  /** How the connection is encrypted; not at all unless given. */
  readonly tls?: ConnectionOptions
}

/** Connects; the connection is gone when the scope closes. */
export const connect = (
  { host, port }: Address,
  { allowHalfOpen = false, localAddress, tls }: Options = {}
): Effect.Effect<RawSocket, ConnectionEnded, Scope.Scope> =>
  Effect.gen(function* () {
    const inbox = new Inbox()
    let code: string | undefined
    const ended = (received: string) => new ConnectionEnded({ received, code })
    const socket = yield* Effect.acquireRelease(
      Effect.callback<Socket, ConnectionEnded>((resume) => {
        const target = {
          host,
          port,
          allowHalfOpen,
          noDelay: true,
          ...(localAddress === undefined ? {} : { localAddress })
        }
        const socket: Socket =
          tls === undefined ? connectSocket(target) : connectTls({ ...target, ...tls })
        socket.on("data", (piece) => {
          // A string would come only after `setEncoding`.
          if (typeof piece !== "string") inbox.add(piece)
        })
        // What follows an error is "close", and that is what is waited for.
        socket.on("error", (cause: NodeJS.ErrnoException) => {
          code ??= cause.code
        })
        socket.on("end", () => inbox.end())
        socket.on("close", () => {
          inbox.end()
          resume(Effect.fail(ended("")))
        })
        socket.once(tls === undefined ? "connect" : "secureConnect", () =>
          resume(Effect.succeed(socket))
        )
      }),
      (socket) => Effect.sync(() => socket.destroy())
    )
    const short = Effect.suspend(() => Effect.fail(ended(inbox.peek())))
    const send = (bytes: string | Uint8Array) =>
      Effect.sync(() => {
        if (socket.destroyed) return
        if (typeof bytes === "string") socket.write(bytes, "latin1")
        else socket.write(bytes)
      })
    const takeBytes = (count: number) =>
      Effect.flatMap(
        inbox.until(() => inbox.size >= count),
        () => (inbox.size >= count ? Effect.sync(() => inbox.take(count)) : short)
      )
    const take = (count: number) =>
      Effect.map(takeBytes(count), (bytes) => bytes.toString("latin1"))
    const takeThrough = (mark: string) =>
      Effect.flatMap(
        inbox.until(() => inbox.indexOf(mark) !== -1),
        () => {
          const found = inbox.indexOf(mark)
          return found === -1 ? short : take(found + mark.length)
        }
      )
    return {
      socket,
      send,
      takeBytes,
      take,
      takeThrough,
      end: Effect.sync(() => void socket.end()),
      reset: Effect.sync(() => void socket.resetAndDestroy()),
      pause: Effect.sync(() => void socket.pause()),
      resume: Effect.sync(() => void socket.resume()),
      ask: (request, expected) =>
        Effect.andThen(send(request), () => take(Buffer.byteLength(expected, "latin1"))).pipe(
          Effect.tap((heard) =>
            heard === expected
              ? Effect.void
              : Effect.die(
                  new Error(
                    `${JSON.stringify(heard)} where ${JSON.stringify(expected)} was expected`
                  )
                )
          )
        ),
      rest: Effect.suspend(() => inbox.until(() => false)).pipe(
        Effect.andThen(() => Effect.suspend(() => Effect.orDie(take(inbox.size))))
      )
    }
  })

/**
 * Waits until so many bytes have come to the server's end of a connection in all; or it is closed, or has closed its
 * output, for then it may read no further: it has said why.
 */
export const received = (server: Socket, bytes: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    let waiting: NodeJS.Immediate | undefined
    const look = (): void => {
      if (server.destroyed || server.writableEnded || server.bytesRead >= bytes) resume(Effect.void)
      else waiting = setImmediate(look)
    }
    look()
    return Effect.sync(() => clearImmediate(waiting))
  })

/** Sends, and waits until all of it has come to the server's end, as `received` does. */
export const deliver = (client: RawSocket, server: Socket, bytes: string | Uint8Array) =>
  Effect.suspend(() => {
    const all = server.bytesRead + bytes.length
    return Effect.andThen(client.send(bytes), received(server, all))
  })

/** Sends one byte, and the next only when the server has read it: no two ever come together. */
export const sendByteByByte = (client: RawSocket, server: Socket, bytes: string) =>
  Effect.forEach(
    Buffer.from(bytes, "latin1"),
    (byte) =>
      Effect.suspend(() =>
        server.writableEnded || server.destroyed
          ? Effect.void
          : deliver(client, server, Uint8Array.of(byte))
      ),
    { discard: true }
  )
