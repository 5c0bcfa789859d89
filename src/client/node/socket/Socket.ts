/**
 * The client's socket, with or without TLS, and how the server's certificate is verified. Which protocol is spoken over
 * it is left to RespConnection and PickleConnection.
 */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import { type Duration, Effect } from "effect"
import { Socket } from "effect/socket"
import { isIP, Socket as NetSocket } from "node:net"
import { checkServerIdentity, createSecureContext, type SecureContext } from "node:tls"
import { ConnectFailed } from "../../SocketIO.ts"
import { ReceiveBuffers } from "./ReceiveBuffers.ts"

/** Options of TLS. Certificates and keys are PEM or DER. */
export interface Tls {
  /**
   * The authorities that are trusted to sign the server's certificate, or that certificate itself; Node's own list unless
   * given.
   */
  readonly ca?: string | Uint8Array | undefined
  /** The name that the server's certificate must have; `host` unless given. */
  readonly servername?: string | undefined
  /** This client's own certificate, for a server that asks for one, and its key. */
  readonly cert?: string | Uint8Array | undefined
  readonly key?: string | Uint8Array | undefined
  /** Whether to accept any certificate, so that whoever is in between can read and change everything. */
  readonly insecure?: boolean | undefined
}

/** Where the server is. */
export interface Target {
  readonly host: string
  readonly port: number
  /** The bound on connecting, the handshake included. */
  readonly openTimeout: Duration.Input
  readonly tls?: Tls | undefined
  /** Called with what a new socket receives into, where there is no TLS. */
  readonly onBuffers: (buffers: ReceiveBuffers) => void
}

/** Bytes as the Buffer that node:tls takes. */
const pem = (value: string | Uint8Array | undefined): string | Buffer | undefined =>
  value instanceof Uint8Array ? Buffer.from(value) : value

/** The certificates and the key, parsed; fails with `ConnectFailed` where one cannot be. */
const secureContext = ({ ca, cert, key }: Tls): Effect.Effect<SecureContext, ConnectFailed> =>
  Effect.try({
    try: () =>
      createSecureContext({
        ca: pem(ca),
        cert: pem(cert),
        key: pem(key),
        // Whom `ca` names is trusted, be it no authority but the server: as curl has it (X509_V_FLAG_PARTIAL_CHAIN).
        allowPartialTrustChain: ca !== undefined
      }),
    catch: (cause) => new ConnectFailed({ timedOut: false, cause })
  })

/** Options for the name of the certificate. An IP address is not sent as SNI (RFC 6066, 3), and is only compared. */
const identity = (servername: string) =>
  isIP(servername) === 0
    ? { servername }
    : {
        checkServerIdentity: (
          _host: string,
          certificate: Parameters<typeof checkServerIdentity>[1]
        ) => checkServerIdentity(servername, certificate)
      }

/**
 * A socket of Node that receives into these buffers (`onread`), which its own memory would have to be copied into, and is
 * read from them as any stream is.
 */
class ReceivingSocket extends NetSocket {
  readonly #buffers: ReceiveBuffers

  constructor(buffers: ReceiveBuffers) {
    super({
      noDelay: true,
      keepAlive: true,
      onread: {
        buffer: () => buffers.room(),
        callback: (count) => {
          buffers.add(count)
          this.emit("readable")
          return !buffers.isFull
        }
      }
    })
    this.#buffers = buffers
  }

  /** The next bytes; reads on where it had stopped for there were too many. */
  override read(size?: number): unknown {
    // By this Node begins to read, and tells of the end.
    if (size === 0) return super.read(0)
    const bytes = this.#buffers.take() ?? null
    if (!this.#buffers.isFull && !this.readableEnded && !this.destroyed) this._read(0)
    return bytes
  }
}

/** Connects; the socket is closed with the scope. */
const open = ({ host, onBuffers, port }: Target) =>
  Effect.flatMap(
    Effect.acquireRelease(
      Effect.sync(() => {
        const buffers = new ReceiveBuffers()
        onBuffers(buffers)
        return new ReceivingSocket(buffers)
      }),
      (socket) => Effect.sync(() => (socket.pending ? socket.destroy() : socket.destroySoon()))
    ),
    (socket) =>
      Effect.callback<NetSocket, Socket.SocketError>((resume) => {
        socket.once("connect", () => resume(Effect.succeed(socket)))
        socket.on("error", (cause) => {
          const reason = new Socket.SocketOpenError({ kind: "Unknown", cause })
          resume(Effect.fail(new Socket.SocketError({ reason })))
        })
        socket.connect({ host, port })
      })
  )

/** A socket that connects when it is first read. Fails at once where the certificates or the key cannot be parsed. */
export const socketTo = (target: Target): Effect.Effect<Socket.Socket, ConnectFailed> => {
  const { host, openTimeout, port, tls } = target
  const options = { host, port, openTimeout, noDelay: true, keepAlive: true }
  if (tls === undefined) return NodeSocket.fromDuplex(open(target), { openTimeout })
  return Effect.flatMap(secureContext(tls), (secureContext) =>
    NodeSocket.makeTls({
      ...options,
      secureContext,
      rejectUnauthorized: tls.insecure !== true,
      ...(tls.servername === undefined ? {} : identity(tls.servername))
    })
  )
}
