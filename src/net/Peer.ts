/**
 * One accepted socket, as the connection's pipeline uses it: a pull of bytes, writes that wait, a farewell, and a way
 * to cut it off. Where it is to be encrypted, nothing is read or said before that is done. It stands on `node:net`
 * itself and not on effect's socket, which has no hard cut-off and takes twice the memory of an idle connection. What
 * the bytes mean is not known here.
 *
 * A class, for ten thousand of these stand idle: their listeners are functions of the module and find the peer by its
 * socket, so that a connection costs no closures.
 */
import { Array, Cause, Data, Duration, Effect, type Pull } from "effect"
import type { Socket } from "node:net"
import { isLoopback } from "../domain/Address.ts"
import { oneWrite } from "../domain/OneWrite.ts"
import type { Source } from "./ProxyHeader.ts"
import type { CloseReason } from "./CloseReason.ts"
import type { PendingWrites } from "./PendingWrites.ts"
import { closedSoon } from "./RawSocket.ts"
import type { HandshakeFailed } from "./TlsHandshake.ts"

/** The connection is gone: reset, cut off, or refused by the system. */
export class PeerLost extends Data.TaggedError("PeerLost")<{ readonly cause: unknown }> {}

type Chunks = Array.NonEmptyReadonlyArray<Uint8Array>
type Resume = (result: Pull.Pull<Chunks, PeerLost>) => void

const peers = new WeakMap<Socket, Peer>()

function onData(this: Socket, chunk: Uint8Array): void {
  peers.get(this)?.received(chunk)
}
function onEnd(this: Socket): void {
  peers.get(this)?.ended("client-ended")
}
function onError(this: Socket, cause: Error): void {
  peers.get(this)?.lost(cause)
}
function onTimeout(this: Socket): void {
  peers.get(this)?.stalled()
}
const resumeReading = (socket: Socket): void => void socket.resume()
function onClose(this: Socket): void {
  peers.get(this)?.lost(new Error("the connection was closed"))
}

/** What is special about a socket, and how long to put up with it; nothing, and for ever, unless given. */
export interface Options {
  /** How long it may take nothing of what it is being sent. */
  readonly patience?: Duration.Duration | undefined
  /** Who is at the other end, where a proxy said so. */
  readonly source?: Source | undefined
  /** How it is encrypted. */
  readonly encrypt?: ((socket: Socket) => Effect.Effect<Socket, HandshakeFailed>) | undefined
}

/** One accepted socket. */
export class Peer {
  /** As it was accepted; the same as `#socket` but where that is the encrypted one over it. */
  readonly #accepted: Socket
  readonly #pendingWrites: PendingWrites
  #socket: Socket
  readonly #source: Source | undefined
  readonly #encrypt: Options["encrypt"]
  readonly #patience: number
  #chunks: globalThis.Array<Uint8Array> = []
  #held = 0
  /** Text that leaves at the end of this turn of the event loop. */
  #outgoing = ""
  #activity = 0
  #end: Pull.Pull<never, PeerLost> | undefined
  #reader: Resume | undefined
  #discarding = false
  #closeReason: CloseReason | undefined
  /** Interrupted when the peer is lost while nobody reads from it, so that nobody would notice. */
  servedBy: { readonly interruptUnsafe: () => void } | undefined

  constructor(
    socket: Socket,
    pendingWrites: PendingWrites,
    { encrypt, patience = Duration.zero, source }: Options = {}
  ) {
    this.#accepted = socket
    this.#pendingWrites = pendingWrites
    this.#socket = socket
    this.#source = source
    this.#encrypt = encrypt
    this.#patience = Duration.toMillis(patience)
    if (encrypt === undefined) this.#open(socket)
  }

  #open(socket: Socket): void {
    this.#socket = socket
    peers.set(socket, this)
    socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose)
    socket.on("timeout", onTimeout)
    // It may have been lost just before anybody listened.
    if (socket.destroyed) this.lost(new Error("the connection was closed"))
  }

  /** Whether anything can be said to it: not before it is encrypted, where it is to be. */
  get isOpen(): boolean {
    return peers.has(this.#socket)
  }

  /** Encrypts the connection, where that is to be; nothing else may be done with it before. */
  get handshake(): Effect.Effect<void, HandshakeFailed> {
    return this.#encrypt === undefined
      ? Effect.void
      : Effect.map(this.#encrypt(this.#accepted), (socket) => this.#open(socket))
  }

  /** The peer's address, without its port; where a proxy speaks for it, the one that the proxy says. */
  get host(): string {
    return this.#source?.host ?? this.#accepted.remoteAddress ?? ""
  }

  /** The peer's address and port, such as `127.0.0.1:50412`. */
  get address(): string {
    const { remoteAddress = "?", remotePort = 0 } = this.#accepted
    const { host, port } = this.#source ?? { host: remoteAddress, port: remotePort }
    return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  }

  /** Why it is no longer read from, as far as its socket tells; `undefined` while it is, or was taken leave of. */
  get closeReason(): CloseReason | undefined {
    return this.#closeReason
  }

  /** How many times bytes have come. */
  get activity(): number {
    return this.#activity
  }

  /** Whether its next bytes are being waited for, and not read for the while. */
  get isAwaited(): boolean {
    return this.#reader !== undefined
  }

  /** Whether it came in at a loopback address, and is not there for somebody from elsewhere. */
  get isOnLoopback(): boolean {
    return (
      isLoopback(this.#accepted.localAddress ?? "")
      && (this.#source === undefined || isLoopback(this.#source.host))
    )
  }

  /** @internal */
  received(chunk: Uint8Array): void {
    if (this.#discarding || this.#end !== undefined) return
    this.#activity += 1
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held >= oneWrite) this.#socket.pause()
    this.#wake()
    this.#pendingWrites.noteRead()
  }

  /** @internal */
  stalled(): void {
    this.#closeReason = "stalled"
    this.#socket.destroy(new Error("the peer takes nothing"))
  }

  /** Takes what has come so far for all there is: the peer ended its input, or is to be taken leave of. */
  ended(why: CloseReason): void {
    this.#note(why)
    // Nothing has come before it is open.
    if (!this.isOpen) this.#accepted.destroy()
    this.#end ??= Cause.done()
    this.#wake()
  }

  /** @internal */
  lost(cause: Error): void {
    const unnoticed = this.#reader === undefined && !this.#discarding && this.#end === undefined
    this.#note("lost")
    this.#end ??= Effect.fail(new PeerLost({ cause }))
    this.#wake()
    if (unnoticed) this.servedBy?.interruptUnsafe()
  }

  /** The first reason is the true one, and what happens after the farewell is none. */
  #note(closeReason: CloseReason): void {
    if (!this.#discarding) this.#closeReason ??= closeReason
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
    const chunks = this.#chunks
    if (!Array.isArrayNonEmpty(chunks)) return this.#end
    this.#chunks = []
    // In the next turn of the event loop: libuv reads on as long as whoever was read from is not paused, 32 times.
    if (this.#held >= oneWrite) setImmediate(resumeReading, this.#socket)
    this.#held = 0
    return Effect.succeed(chunks)
  }

  /** All bytes that have come; waits for the first. Done at the end of input, fails if the connection was lost. */
  get read(): Pull.Pull<Chunks, PeerLost> {
    return Effect.suspend(() => this.#take() ?? this.#wait)
  }

  get #wait(): Pull.Pull<Chunks, PeerLost> {
    return Effect.callback<Chunks, PeerLost | Cause.Done>((resume) => {
      // Whoever is interrupted here never reads again, so that there is nothing to take back.
      this.#reader = resume
    })
  }

  /** Sends text, one byte a character, at the end of this turn of the event loop; waits only where the peer is slower. */
  write(text: string): Effect.Effect<void, PeerLost> {
    return Effect.suspend(() => {
      if (this.#socket.writableLength === 0 && this.#outgoing.length + text.length < oneWrite) {
        const isFirst = this.#outgoing === ""
        this.#outgoing += text
        if (isFirst) this.#pendingWrites.add(this)
        return Effect.void
      }
      return this.#writeAndWait((done) => {
        this.flush()
        this.#socket.write(text, "latin1", done)
      })
    })
  }

  /** Sends bytes, and waits until they are no longer needed. */
  writeBytes(bytes: Uint8Array): Effect.Effect<void, PeerLost> {
    return this.#writeAndWait((done) => {
      this.flush()
      this.#socket.write(bytes, done)
    })
  }

  /** Hands the system what is still to leave. */
  flush(): void {
    const text = this.#outgoing
    this.#outgoing = ""
    if (text !== "" && !this.#socket.destroyed) this.#socket.write(text, "latin1")
  }

  #writeAndWait(
    write: (done: (error?: Error | null) => void) => void
  ): Effect.Effect<void, PeerLost> {
    return Effect.callback<void, PeerLost>((resume) => {
      // Node's socket timers are shared by all sockets of one length, and see when a write makes progress.
      this.#socket.setTimeout(this.#patience)
      write((cause) => {
        this.#socket.setTimeout(0)
        resume(cause == null ? Effect.void : Effect.fail(new PeerLost({ cause })))
      })
    })
  }

  /**
   * Ends the output, waits until the system has taken all of it, and then a while for the peer to close. Closing at
   * once, with input unread, would make the system reset the connection and drop replies that are still on their way
   * (RFC 1122, 4.2.2.13).
   */
  get finish(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      this.#discarding = true
      this.#chunks = []
      this.flush()
      // What is left to be sent is not waited for longer than anything else.
      this.#socket.setTimeout(this.#patience)
      this.#socket.resume().end(() => resume(Effect.void))
    }).pipe(Effect.andThen(() => closedSoon(this.#socket)))
  }

  /** Cuts the connection off for a reason, which the log then tells. */
  cutOff(why: CloseReason): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#note(why)
      return this.destroy
    })
  }

  /** Cuts the connection off, at once and for good; what was answered before is on its way. */
  get destroy(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.flush()
      this.#socket.destroy()
      this.#accepted.destroy()
    })
  }
}
