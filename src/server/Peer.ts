/**
 * One accepted socket, as the connection's pipeline uses it: a pull of bytes, writes that wait, a farewell, and a way
 * to cut it off. It stands on `node:net` itself and not on effect's socket, which has no hard cut-off and takes
 * twice the memory of an idle connection. What the bytes mean is not known here.
 *
 * A class, for ten thousand of these stand idle: their listeners are functions of the module and find the peer by its
 * socket, so that a connection costs no closures.
 */
import { type Array, Cause, Data, Duration, Effect, type Pull } from "effect"
import type { Socket } from "node:net"

/** The connection is gone: reset, cut off, or refused by the system. */
export class PeerLost extends Data.TaggedError("PeerLost")<{ readonly cause: unknown }> {}

/** How much may be waiting to be read before the peer is made to wait, in bytes. */
const highWaterMark = 64 * 1024

/** How long a peer that was told goodbye may take to close its end. */
const lingering = "2 seconds"

type Chunks = Array.NonEmptyReadonlyArray<Uint8Array>
type Resume = (result: Pull.Pull<Chunks, PeerLost>) => void

const peers = new WeakMap<Socket, Peer>()

function onData(this: Socket, chunk: Uint8Array): void {
  peers.get(this)?.received(chunk)
}
function onEnd(this: Socket): void {
  peers.get(this)?.ended()
}
function onError(this: Socket, cause: Error): void {
  peers.get(this)?.lost(cause)
}
function onTimeout(this: Socket): void {
  peers.get(this)?.timedOut()
}
function onClose(this: Socket): void {
  peers.get(this)?.lost(new Error("the connection was closed"))
}

/** Whether only this machine's own programs can have, or reach, an address (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export const isLoopback = (address: string): boolean => /^(?:(?:::ffff:)?127\.|::1$)/i.test(address)

/** How long to put up with a peer that does nothing; zero is for ever. */
export interface Patience {
  /** While nothing is asked and nothing is answered. */
  readonly idle: Duration.Duration
  /** While it takes nothing of what is being sent. */
  readonly stall: Duration.Duration
}

/** For ever. */
export const patient: Patience = { idle: Duration.zero, stall: Duration.zero }

/** One accepted socket. */
export class Peer {
  readonly #socket: Socket
  readonly #patience: Patience
  #writing = false
  #chunks: globalThis.Array<Uint8Array> = []
  #held = 0
  #end: Pull.Pull<never, PeerLost> | undefined
  #reader: Resume | undefined
  #discarding = false
  /** Called when the peer is lost while nobody reads from it, so that nobody would notice. */
  onLoss: (() => void) | undefined

  constructor(socket: Socket, patience: Patience = patient) {
    this.#socket = socket
    this.#patience = patience
    peers.set(socket, this)
    socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose)
    // Node's socket timers are shared by all sockets of one length, and see when a write makes progress.
    socket.setTimeout(Duration.toMillis(patience.idle)).on("timeout", onTimeout)
  }

  /** The peer's address, without its port. */
  get host(): string {
    return this.#socket.remoteAddress ?? ""
  }

  /** The peer's address and port, such as `127.0.0.1:50412`. */
  get address(): string {
    const { remoteAddress = "?", remotePort = 0 } = this.#socket
    return remoteAddress.includes(":")
      ? `[${remoteAddress}]:${remotePort}`
      : `${remoteAddress}:${remotePort}`
  }

  /** Whether its next bytes are being waited for, and not read for the while. */
  get isAwaited(): boolean {
    return this.#reader !== undefined
  }

  /** Whether it came in at a loopback address. */
  get isOnLoopback(): boolean {
    return isLoopback(this.#socket.localAddress ?? "")
  }

  /** @internal */
  received(chunk: Uint8Array): void {
    if (this.#discarding || this.#end !== undefined) return
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held >= highWaterMark) this.#socket.pause()
    this.#wake()
  }

  /** @internal */
  timedOut(): void {
    if (this.#writing) this.#socket.destroy(new Error("the peer takes nothing"))
    else if (this.#reader !== undefined) this.ended()
    // Something is being done for the peer, and takes its time.
    else this.#socket.setTimeout(Duration.toMillis(this.#patience.idle))
  }

  /** Takes what has come so far for all there is: the peer ended its input, or is to be taken leave of. */
  ended(): void {
    this.#end ??= Cause.done()
    this.#wake()
  }

  /** @internal */
  lost(cause: Error): void {
    const unnoticed = this.#reader === undefined && !this.#discarding && this.#end === undefined
    this.#end ??= Effect.fail(new PeerLost({ cause }))
    this.#wake()
    if (unnoticed) this.onLoss?.()
  }

  #wake(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const result = this.#take()
    if (result === undefined) return
    this.#reader = undefined
    reader(result)
  }

  /** What came, then how it ended; `undefined` while there is neither. */
  #take(): Pull.Pull<Chunks, PeerLost> | undefined {
    const [first, ...rest] = this.#chunks
    if (first === undefined) return this.#end
    this.#chunks = []
    if (this.#held >= highWaterMark) this.#socket.resume()
    this.#held = 0
    return Effect.succeed([first, ...rest])
  }

  /** All bytes that have come; waits for the first. Done at the end of input, fails if the connection was lost. */
  readonly read: Pull.Pull<Chunks, PeerLost> = Effect.suspend(
    () =>
      this.#take()
      ?? Effect.callback<Chunks, PeerLost | Cause.Done>((resume) => {
        this.#reader = resume
        return Effect.sync(() => {
          this.#reader = undefined
        })
      })
  )

  /** Sends text, one byte a character; waits only where the peer is slower than that. */
  readonly write = (text: string): Effect.Effect<void, PeerLost> =>
    Effect.suspend(() => {
      if (this.#socket.writableLength === 0 && text.length < highWaterMark) {
        this.#socket.write(text, "latin1")
        return Effect.void
      }
      return this.#writeAndWait((done) => this.#socket.write(text, "latin1", done))
    })

  /** Sends bytes, and waits until they are no longer needed. */
  readonly writeBytes = (bytes: Uint8Array): Effect.Effect<void, PeerLost> =>
    this.#writeAndWait((done) => this.#socket.write(bytes, done))

  #writeAndWait(
    write: (done: (error?: Error | null) => void) => void
  ): Effect.Effect<void, PeerLost> {
    const { idle, stall } = this.#patience
    return Effect.callback<void, PeerLost>((resume) => {
      this.#writing = true
      this.#socket.setTimeout(Duration.toMillis(stall))
      write((cause) => {
        this.#writing = false
        this.#socket.setTimeout(Duration.toMillis(idle))
        resume(cause == null ? Effect.void : Effect.fail(new PeerLost({ cause })))
      })
    })
  }

  /**
   * Ends the output, waits until the system has taken all of it, and then a while for the peer to close. Closing at
   * once, with input unread, would make the system reset the connection and drop replies that are still on their way
   * (RFC 1122, 4.2.2.13).
   */
  readonly finish: Effect.Effect<void> = Effect.callback<void>((resume) => {
    this.#discarding = true
    this.#chunks = []
    // What is left to be sent is not waited for longer than anything else.
    this.#writing = true
    this.#socket.setTimeout(Duration.toMillis(this.#patience.stall))
    this.#socket.resume().end(() => {
      this.#writing = false
      resume(Effect.void)
    })
  }).pipe(Effect.andThen(() => this.#linger()))

  #linger(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const socket = this.#socket
      if (socket.closed) return resume(Effect.void)
      const closed = () => resume(Effect.void)
      socket.once("close", closed)
      return Effect.sync(() => socket.off("close", closed))
    }).pipe(Effect.timeoutOption(lingering), Effect.asVoid)
  }

  /** Cuts the connection off, at once and for good. */
  readonly destroy: Effect.Effect<void> = Effect.sync(() => {
    this.#socket.destroy()
  })
}
