/**
 * The proxies that are believed when they say for whom they connect. Whether a header comes is never guessed: from
 * their networks every connection begins with one, and from anywhere else none is looked for, so that nobody but a
 * proxy can say to be somebody else (haproxy.org, doc/proxy-protocol.txt, 2). It stands on `node:net`, to put back
 * what came after the header.
 */
import { type Duration, Effect, Option, Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import type { Socket } from "node:net"
import { BadProxyHeader, parseProxyHeader, type Source } from "./ProxyHeader.ts"
import { readSome } from "./RawSocket.ts"

/** Whom to believe, and how long to wait for their header. */
export interface Options {
  readonly networks: ReadonlyArray<IpNetwork.IpNetwork>
  /** 5 seconds unless given. */
  readonly patience?: Duration.Input
}

/** TrustedProxies that are believed. */
export interface TrustedProxies {
  /** Whether a connection from this address must begin with a header. */
  readonly includes: (address: string) => boolean
  /**
   * Takes the header off a socket that nothing was read from yet: for whom the proxy connects, `undefined` where for
   * itself. Fails where no whole header comes in time.
   */
  readonly header: (socket: Socket) => Effect.Effect<Source | undefined, BadProxyHeader>
}

/** A socket's address, which is IPv4 even where a socket for both families tells it as IPv6, and without its zone. */
const parseAddress = (address: string): NetAddress.IpAddress | undefined =>
  Option.getOrUndefined(
    Result.getSuccess(
      Result.map(NetAddress.ipFromString(address.replace(/%.*$/, "")), (parsed) =>
        NetAddress.toCanonical(parsed)
      )
    )
  )

const readHeader = Effect.fnUntraced(function* (socket: Socket) {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const more = yield* readSome(socket)
    if (more === undefined)
      return yield* new BadProxyHeader({ reason: "the connection ended within the header" })
    bytes = Buffer.concat([bytes, more])
    const header = parseProxyHeader(bytes)
    if (header instanceof BadProxyHeader) return yield* header
    if (header === undefined) continue
    if (header.size < bytes.length) socket.unshift(bytes.subarray(header.size))
    return header.source
  }
})

/** TrustedProxies in these networks. */
export const makeProxies = ({ networks, patience = "5 seconds" }: Options): TrustedProxies => ({
  includes: (address) => {
    const parsed = parseAddress(address)
    return parsed !== undefined && networks.some((network) => IpNetwork.contains(network, parsed))
  },
  header: (socket) =>
    Effect.timeoutOrElse(readHeader(socket), {
      duration: patience,
      orElse: () => Effect.fail(new BadProxyHeader({ reason: "no whole header in time" }))
    })
})
