/**
 * TLS handshakes on sockets that Listener accepted. Each is given to a server of `node:tls` that does not listen itself:
 * effect's TLS listener can neither exchange its certificates while it runs nor bound the time of a handshake.
 */
import { Clock, Data, type Duration, Effect } from "effect"
import type { Socket } from "node:net"
import { createServer, type TLSSocket } from "node:tls"
import { opensArray, opensTls } from "../domain/FirstByte.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import { type BadCredentials, check } from "../tls/Credentials.ts"
import { boundKeyUpdates } from "../tls/KeyUpdates.ts"
import { waitForClose, errorCode, readSome } from "./RawSocket.ts"
import { TurnQuota } from "./Turns.ts"

/** The server's certificate and key, and the authorities of its clients; all in PEM. */
export interface Credentials {
  /** The certificate, followed by the intermediate ones. */
  readonly cert: string
  readonly key: string
  /** The authorities of clients' certificates; if given, a client without a certificate of theirs is refused. */
  readonly clientCa?: string | undefined
}

/** The handshake failed; `reason` is OpenSSL's code, or a few English words, for the log. */
export class HandshakeFailed extends Data.TaggedError("HandshakeFailed")<{
  readonly reason: string
}> {}

/** TLS for the connections of one server. */
export interface Tls {
  /** Makes the handshake on a socket that nothing was read from, or to which it was put back with `unshift`. */
  readonly handshake: (socket: Socket) => Effect.Effect<Socket, HandshakeFailed>
  /** Uses these credentials for handshakes from now on. Connections that are open stay as they are. */
  readonly setCredentials: (credentials: Credentials) => Effect.Effect<void, BadCredentials>
}

/** The reply to a client of Redis that does not encrypt. Anything else in plain text gets no reply. */
const notEncrypted = `-NOTLS ${sentence("NOTLS")}\r\n`

/** The options for Node, after all credentials were checked. */
const checked = ({ cert, clientCa, key }: Credentials) => {
  const context = { cert, key, ca: clientCa, minVersion: "TLSv1.2" } as const
  return Effect.as(check(context), context)
}

/** The first byte, which stays unread; `undefined` if the connection ends before it. */
const peek = (socket: Socket): Effect.Effect<number | undefined> =>
  Effect.map(readSome(socket), (bytes) => {
    if (bytes !== undefined) socket.unshift(bytes)
    return bytes?.[0]
  })

/** Writes a text, ends the output and waits for the peer to close: closing at once could reset the connection and lose the text. */
const tell = (socket: Socket, text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    socket.resume().end(text)
    return waitForClose(socket)
  })

/** The TCP socket under a TLS socket, which Node has no public name for (lib/internal/tls/wrap.js, TLSSocket). */
const under = (secured: TLSSocket): unknown => Reflect.get(secured, "_parent")

type Resume = (result: Effect.Effect<Socket, HandshakeFailed>) => void

/**
 * TLS 1.2 and 1.3, whose handshakes may take `timeout`, 10 seconds unless given. `protocols` are those that a client may
 * choose from (ALPN, RFC 7301); one that names others only is refused. Fails with BadCredentials.
 */
export const makeTls = Effect.fnUntraced(function* (
  credentials: Credentials,
  {
    protocols = [],
    timeout = "10 seconds"
  }: { readonly protocols?: ReadonlyArray<string>; readonly timeout?: Duration.Input } = {}
) {
  const clock = yield* Clock.Clock
  const now = (): number => Monotonic.nowUnsafe(clock)
  const server = createServer({
    ...(yield* checked(credentials)),
    // Node itself refuses a client without a certificate, before it gives it a session to resume.
    requestCert: credentials.clientCa !== undefined,
    rejectUnauthorized: true,
    // A client that names no protocol is let in all the same, as those of Redis are.
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] })
  })
  // The first message takes a signature to answer, a millisecond in all: one in each turn of the event loop. Who comes
  // alone does not wait: Node loses the alert of a refusal where the client's answer comes before that turn's end.
  const turns = new TurnQuota(1)
  const waiting = new Map<unknown, Resume>()
  const settle = (socket: unknown, result: Effect.Effect<Socket, HandshakeFailed>): void => {
    waiting.get(socket)?.(result)
    waiting.delete(socket)
  }
  const fail = (reason: string) => Effect.fail(new HandshakeFailed({ reason }))
  server.on("secureConnection", (secured) => {
    // An "error" without a listener would end the process; Peer adds its own later.
    secured.on("error", () => undefined)
    boundKeyUpdates(secured, now)
    settle(under(secured), Effect.succeed(secured))
  })
  server.on("tlsClientError", (cause, secured) => {
    // Where Node refuses a certificate, the error says only that the connection was closed.
    const { authorizationError } = secured
    settle(under(secured), fail(authorizationError ? String(authorizationError) : errorCode(cause)))
  })

  const encrypt = (socket: Socket) =>
    Effect.callback<Socket, HandshakeFailed>((resume) => {
      if (socket.destroyed) return resume(fail("the connection ended"))
      waiting.set(socket, resume)
      server.emit("connection", socket)
      return Effect.sync(() => waiting.delete(socket))
    })

  const begin = Effect.fnUntraced(function* (socket: Socket) {
    const first = yield* peek(socket)
    if (first === opensTls) return yield* Effect.andThen(turns.next, encrypt(socket))
    if (first === opensArray) yield* tell(socket, notEncrypted)
    return yield* fail(first === undefined ? "the connection ended" : "not TLS")
  })

  return {
    handshake: (socket) =>
      Effect.timeoutOrElse(begin(socket), {
        duration: timeout,
        orElse: () => fail("not complete in time")
      }),
    setCredentials: (credentials) =>
      Effect.map(checked(credentials), (context) => server.setSecureContext(context))
  } satisfies Tls
})
