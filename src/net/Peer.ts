/**
 * One accepted socket, as server/Connection uses it: a pull of bytes, as latin1 text, writes with back-pressure, an orderly
 * close and a hard one. With TLS, nothing is read or written before the handshake. Uses `node:net` itself and not effect's
 * socket, which cannot be destroyed at once and takes twice the memory of an idle connection.
 */
import { Cause, Duration, Effect, type Pull } from "effect"
import type { Socket } from "node:net"
import { formatAddress, isLoopback } from "../domain/Address.ts"
import type { ByteString } from "../domain/ByteString.ts"
import { bufferSize } from "../domain/BufferSize.ts"
import type { Source } from "./proxy/ProxyHeader.ts"
import type { CloseReason } from "./CloseReason.ts"
import type { PendingWrites } from "./PendingWrites.ts"
import { chosenProtocol, waitForClose } from "./RawSocket.ts"
import { type Chunks, ReadBuffer } from "./ReadBuffer.ts"
import { receiveFor } from "./ReceiveBuffer.ts"
import { isListenedTo, listenTo, resumeReading, type SocketOwner } from "./SocketEvents.ts"
import { PeerLost, writeAndWait, type WriteDone, writeToEnd } from "./SocketWrite.ts"
import type { HandshakeFailed } from "./TlsHandshake.ts"

export { PeerLost } from "./SocketWrite.ts"

type Resume = (result: Pull.Pull<Chunks, PeerLost>) => void

/** The options of one socket. */
export interface Options {
  /** How long it may take no byte of a reply before it is cut off; for ever unless given. */
  readonly stallTimeout?: Duration.Duration | undefined
  /** The client's address, where a proxy told it. */
  readonly source?: Source | undefined
  /** The TLS handshake; without it the connection is not encrypted. */
  readonly encrypt?: ((socket: Socket) => Effect.Effect<Socket, HandshakeFailed>) | undefined
}

/** One accepted socket. */
export class Peer implements SocketOwner {
  /** The TCP socket; `#socket` is the same, or the TLS socket over it. */
  readonly #accepted: Socket
  readonly #pendingWrites: PendingWrites
  #socket: Socket
  readonly #source: Source | undefined
  readonly #encrypt: Options["encrypt"]
  readonly #stallTimeout: number
  readonly #unread = new ReadBuffer()
  /** Text to be written at the end of this turn of the event loop. */
  #outgoing = ""
  /** The length of the bytes that are being written from a buffer of somebody else. */
  #piece = 0
  #end: Pull.Pull<never, PeerLost> | undefined
  #reader: Resume | undefined
  #discarding = false
  /** Told when what the connection holds has changed much. */
  watcher: { readonly changed: () => void } | undefined
  /** Why reading ended, as far as the socket tells; `undefined` while it is read from, and after `finish`. */
  closeReason: CloseReason | undefined
  /** How many chunks have come. */
  activity = 0
  /** Called when no more input comes for now: it has ended, or as much as is held of it waits to be read. */
  onEnd: (() => void) | undefined
  /** The fiber that serves it; interrupted when the connection is lost while nothing reads from it. */
  servedBy: { readonly interruptUnsafe: () => void } | undefined

  constructor(
    socket: Socket,
    pendingWrites: PendingWrites,
    { encrypt, stallTimeout = Duration.zero, source }: Options = {}
  ) {
    this.#accepted = encrypt === undefined ? receiveFor(this, socket) : socket
    this.#socket = this.#accepted
    this.#pendingWrites = pendingWrites
    this.#source = source
    this.#encrypt = encrypt
    this.#stallTimeout = Duration.toMillis(stallTimeout)
    if (encrypt === undefined) listenTo(this.#accepted, this)
  }

  /** Whether it can be read and written: with TLS, only after the handshake. */
  get isOpen(): boolean {
    return isListenedTo(this.#socket)
  }

  /** The protocol that was chosen in the TLS handshake (ALPN), such as `http/1.1`; `undefined` where none was. */
  get chosenProtocol(): string | undefined {
    return chosenProtocol(this.#socket)
  }

  /** Makes the TLS handshake, where there is one; must be run before anything is read or written. */
  get handshake(): Effect.Effect<void, HandshakeFailed> {
    return this.#encrypt === undefined
      ? Effect.void
      : Effect.map(this.#encrypt(this.#accepted), (socket) => {
          this.#socket = socket
          listenTo(socket, this)
        })
  }

  /** The client's address without the port; behind a proxy, the one that the proxy told. */
  get host(): string {
    return this.#source?.host ?? this.#accepted.remoteAddress ?? ""
  }

  /** The client's address and port, such as `127.0.0.1:50412`. */
  get address(): string {
    const { remoteAddress: host = "?", remotePort: port = 0 } = this.#accepted
    return formatAddress(this.#source ?? { host, port })
  }

  /** Whether no more input comes for now, as `onEnd` tells. */
  get isAtEnd(): boolean {
    return this.#end !== undefined || this.#unread.isFull
  }

  /** The memory of its unread input and its unsent text, in bytes; a text is held as a string and as the system's copy. */
  get held(): number {
    const text = this.#outgoing.length + Math.max(0, this.#socket.writableLength - this.#piece)
    return this.#unread.held + 2 * text
  }

  /** Whether `read` is waiting for bytes. */
  get isAwaited(): boolean {
    return this.#reader !== undefined
  }

  /** Whether both ends are on this machine; behind a proxy, whether the proxy's client is. */
  get isOnLoopback(): boolean {
    return (
      isLoopback(this.#accepted.localAddress ?? "")
      && (this.#source === undefined || isLoopback(this.#source.host))
    )
  }

  /** As SocketOwner. */
  received(chunk: ByteString): void {
    if (this.#discarding || this.#end !== undefined) return
    this.activity += 1
    this.#unread.add(chunk)
    if (this.#unread.held >= bufferSize) {
      if (this.#unread.isFull) {
        this.#socket.pause()
        this.onEnd?.()
      }
      this.watcher?.changed()
    }
    this.#wake()
    this.#pendingWrites.noteRead()
  }

  /** Begins or ends to wait for the peer to take what is written. */
  #setBlocked(isBlocked: boolean): void {
    this.#unread.isBlocked = isBlocked
    this.watcher?.changed()
    if (this.#unread.isFull) this.#socket.pause()
    else if (this.#unread.held >= bufferSize) this.#socket.resume()
  }

  /** As SocketOwner. */
  stalled(): void {
    if (this.closeReason !== "behind") this.closeReason = "stalled"
    this.#socket.destroy(new Error("the peer takes nothing"))
  }

  /** Ends the input: what has come so far is still read, then `read` is done. Before the handshake nothing can have come. */
  ended(why: CloseReason): void {
    this.#note(why)
    if (!this.isOpen) this.#accepted.destroy()
    this.#end ??= Cause.done()
    this.#wake()
    this.onEnd?.()
  }

  /** As SocketOwner. */
  lost(cause: Error): void {
    const unnoticed = this.#reader === undefined && !this.#discarding && this.#end === undefined
    this.#note("lost")
    this.#end ??= Effect.fail(new PeerLost({ cause }))
    this.#wake()
    if (unnoticed) this.servedBy?.interruptUnsafe()
  }

  /** Keeps the first reason; what happens after `finish` is none. */
  #note(closeReason: CloseReason): void {
    if (!this.#discarding) this.closeReason ??= closeReason
  }

  #wake(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const result = this.#take()
    if (result === undefined) return
    this.#reader = undefined
    reader(result)
  }

  /** The chunks that came, else how the input ended; `undefined` while there is neither. */
  #take(): Pull.Pull<Chunks, PeerLost> | undefined {
    const { held } = this.#unread
    const chunks = this.#unread.take()
    if (chunks === undefined) return this.#end
    // In the next turn of the event loop: a socket that is resumed at once, libuv reads up to 32 times in a row.
    if (held >= bufferSize && this.#unread.held < bufferSize)
      setImmediate(resumeReading, this.#socket)
    return Effect.succeed(chunks)
  }

  /** All bytes that have come; waits for the first. Done at the end of input, fails with PeerLost. */
  get read(): Pull.Pull<Chunks, PeerLost> {
    return Effect.suspend(
      () =>
        this.#take()
        // Needs no finalizer: a fiber that is interrupted here never reads again.
        ?? Effect.callback<Chunks, PeerLost | Cause.Done>((resume) => void (this.#reader = resume))
    )
  }

  /**
   * Writes text, one byte a character, at the end of this turn of the event loop. Waits only while earlier writes were
   * not taken. Fails with PeerLost.
   */
  write(text: string): Effect.Effect<void, PeerLost> {
    return Effect.suspend(() => {
      if (this.#socket.writableLength === 0 && this.#outgoing.length + text.length < bufferSize) {
        const isFirst = this.#outgoing === ""
        this.#outgoing += text
        if (isFirst) this.#pendingWrites.add(this)
        return Effect.void
      }
      return writeAndWait(this.#socket, this.#stallTimeout, (done) => this.#begin(text, 0, done))
    })
  }

  /**
   * Writes bytes, and waits until their buffer may be used again, also where it is interrupted: then the connection is
   * destroyed first, for nothing can follow half a piece. Fails with PeerLost.
   */
  writeBytes(bytes: Uint8Array): Effect.Effect<void, PeerLost> {
    return writeToEnd(
      this.#socket,
      this.#stallTimeout,
      (done) => this.#begin(bytes, bytes.length, done),
      () => {
        this.#note("grace-over")
        this.#socket.destroy()
      }
    )
  }

  #begin(data: string | Uint8Array, piece: number, done: WriteDone): void {
    this.flush()
    this.#piece = piece
    const written: WriteDone = (error) => {
      this.#piece = 0
      this.#setBlocked(false)
      done(error)
    }
    if (typeof data === "string") this.#socket.write(data, "latin1", written)
    else this.#socket.write(data, written)
    this.#setBlocked(true)
  }

  /** Writes what waits for the end of this turn. */
  flush(): void {
    const text = this.#outgoing
    this.#outgoing = ""
    if (text !== "" && !this.#socket.destroyed) this.#socket.write(text, "latin1")
  }

  /**
   * Ends the output, waits until the system has taken all of it, and then a while for the peer to close. Closing at
   * once, with input unread, would make the system reset the connection and drop replies that are still on their way
   * (RFC 1122, 4.2.2.13).
   */
  get finish(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      this.#discarding = true
      this.#unread.clear()
      this.flush()
      // The rest of the output must make progress too.
      this.#socket.setTimeout(this.#stallTimeout)
      this.#socket.resume().end(() => resume(Effect.void))
    }).pipe(Effect.andThen(() => waitForClose(this.#socket)))
  }

  /** Destroys the connection; `why` is the reason that is logged, unless there was one before. */
  cutOff(why: CloseReason): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#note(why)
      return this.destroy
    })
  }

  /** Destroys the connection at once. What was written and not yet taken by the system is lost. */
  get destroy(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.flush()
      this.#socket.destroy()
      this.#accepted.destroy()
    })
  }
}
