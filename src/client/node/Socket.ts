/**
 * The socket that a client asks through, encrypted or not. How an encrypted one is made sure of is decided here; what
 * is said over it is not known.
 */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import { type Duration, Effect } from "effect"
import type { Socket } from "effect/socket"
import { isIP } from "node:net"
import { checkServerIdentity, createSecureContext, type SecureContext } from "node:tls"
import { ConnectFailed } from "../Connection.ts"

/** How to be sure of the server, and the server of this client; certificates and keys are PEM or DER. */
export interface Tls {
  /** Who is trusted to vouch for the server; those that Node trusts unless given. */
  readonly ca?: string | Uint8Array | undefined
  /** The name that the server's certificate has to be for; `host` unless given. */
  readonly servername?: string | undefined
  /** This client's own certificate, for a server that asks for one, and its key. */
  readonly cert?: string | Uint8Array | undefined
  readonly key?: string | Uint8Array | undefined
  /** Takes any server for the right one, so that who is in between can read and change everything. */
  readonly insecure?: boolean | undefined
}

/** Where the server is. */
export interface Target {
  readonly host: string
  readonly port: number
  /** The bound on connecting, the handshake included. */
  readonly openTimeout: Duration.Input
  readonly tls?: Tls | undefined
}

/** Bytes as Node's TLS takes them. */
const pem = (value: string | Uint8Array | undefined): string | Buffer | undefined =>
  value instanceof Uint8Array ? Buffer.from(value) : value

/** Node refuses what is no certificate or key by throwing. */
export const secureContext = ({
  ca,
  cert,
  key
}: Tls): Effect.Effect<SecureContext, ConnectFailed> =>
  Effect.try({
    try: () => createSecureContext({ ca: pem(ca), cert: pem(cert), key: pem(key) }),
    catch: (cause) => new ConnectFailed({ timedOut: false, cause })
  })

/** Who the certificate has to be for. An address cannot be told to the server (RFC 6066, 3), and is only compared. */
const identity = (servername: string) =>
  isIP(servername) === 0
    ? { servername }
    : {
        checkServerIdentity: (
          _host: string,
          certificate: Parameters<typeof checkServerIdentity>[1]
        ) => checkServerIdentity(servername, certificate)
      }

/** A socket that connects when it is read from. Fails at once where the certificates or the key are of no use. */
export const socketTo = ({
  tls,
  ...target
}: Target): Effect.Effect<Socket.Socket, ConnectFailed> => {
  const options = { ...target, noDelay: true, keepAlive: true }
  if (tls === undefined) return NodeSocket.makeNet(options)
  return Effect.flatMap(secureContext(tls), (secureContext) =>
    NodeSocket.makeTls({
      ...options,
      secureContext,
      rejectUnauthorized: tls.insecure !== true,
      ...(tls.servername === undefined ? {} : identity(tls.servername))
    })
  )
}
