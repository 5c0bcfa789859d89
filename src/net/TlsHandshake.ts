/**
 * TLS on connections that were accepted elsewhere. A server of `node:tls` that never listens is handed each socket:
 * effect's own has no way to renew its certificates, nor to bound a handshake. What is said then is not known here.
 */
import { Data, type Duration, Effect } from "effect"
import type { Socket } from "node:net"
import { createServer, type TLSSocket } from "node:tls"
import { opensArray, opensTls } from "../domain/FirstByte.ts"
import { type BadCredentials, check } from "../tls/Credentials.ts"
import { closedSoon, codeOf, readSome } from "./RawSocket.ts"

/** What the server shows, and whom it lets in; all of it PEM. */
export interface Credentials {
  /** The certificate, and those that lead from it to an authority. */
  readonly cert: string
  readonly key: string
  /** The authorities of clients' certificates; with them, a client without one is refused. */
  readonly clientCa?: string | undefined
}

/** No encrypted connection came of it; `reason` is OpenSSL's code, or a few words of ours. */
export class HandshakeFailed extends Data.TaggedError("HandshakeFailed")<{
  readonly reason: string
}> {}

/** The door, encrypted. */
export interface Tls {
  /** The encrypted connection over a socket that nothing was read from yet, or that it was put back to. */
  readonly handshake: (socket: Socket) => Effect.Effect<Socket, HandshakeFailed>
  /** Shows these to whoever comes next; those who are there notice nothing. Whoever was let in stays. */
  readonly renew: (credentials: Credentials) => Effect.Effect<void, BadCredentials>
}

/** To a client of Redis that does not encrypt; anything else that comes in plain text is told nothing. */
const notEncrypted = "-NOTLS Este servidor só fala TLS.\r\n"

/** What Node is to be given, once all of it has been found to be good. */
const checked = ({ cert, clientCa, key }: Credentials) => {
  const context = { cert, key, ca: clientCa, minVersion: "TLSv1.2" } as const
  return Effect.as(check(context), context)
}

/** The first byte, which is left where it was; `undefined` where the connection ended before it. */
const peek = (socket: Socket): Effect.Effect<number | undefined> =>
  Effect.map(readSome(socket), (bytes) => {
    if (bytes !== undefined) socket.unshift(bytes)
    return bytes?.[0]
  })

/** Says one thing in plain text, and waits a while for the peer to have read it: a reset would take it away. */
const tell = (socket: Socket, text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    socket.resume().end(text)
    return closedSoon(socket)
  })

/** The socket under an encrypted one. Node tells it nowhere else (lib/internal/tls/wrap.js, TLSSocket). */
const under = (secured: TLSSocket): unknown => Reflect.get(secured, "_parent")

type Resume = (result: Effect.Effect<Socket, HandshakeFailed>) => void

/** TLS, versions 1.2 and 1.3, with handshakes of at most `patience`, 10 seconds unless given. */
export const makeTls = Effect.fnUntraced(function* (
  credentials: Credentials,
  patience: Duration.Input = "10 seconds"
) {
  const server = createServer({
    ...(yield* checked(credentials)),
    // By Node itself, which also stops a client without a certificate before it is given a session to resume.
    requestCert: credentials.clientCa !== undefined,
    rejectUnauthorized: true
  })
  const waiting = new Map<unknown, Resume>()
  const settle = (socket: unknown, result: Effect.Effect<Socket, HandshakeFailed>): void => {
    waiting.get(socket)?.(result)
    waiting.delete(socket)
  }
  const fail = (reason: string) => Effect.fail(new HandshakeFailed({ reason }))
  server.on("secureConnection", (secured) => {
    // Until whoever waits for it listens for more than this: what follows an error is "close".
    secured.on("error", () => undefined)
    settle(under(secured), Effect.succeed(secured))
  })
  server.on("tlsClientError", (cause, secured) => {
    // Where a certificate is not accepted Node only hangs up, which is all the error says.
    const { authorizationError } = secured
    settle(under(secured), fail(authorizationError ? String(authorizationError) : codeOf(cause)))
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
    if (first === opensTls) return yield* encrypt(socket)
    if (first === opensArray) yield* tell(socket, notEncrypted)
    return yield* fail(first === undefined ? "the connection ended" : "not TLS")
  })

  return {
    handshake: (socket) =>
      Effect.timeoutOrElse(begin(socket), {
        duration: patience,
        orElse: () => fail("not complete in time")
      }),
    renew: (credentials) =>
      Effect.map(checked(credentials), (context) => server.setSecureContext(context))
  } satisfies Tls
})
