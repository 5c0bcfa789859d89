/**
 * The proxies whose PROXY headers are believed. Whether a header comes is never guessed: every connection from their
 * networks must begin with one, and from any other address none is looked for, so that nobody but a proxy can give
 * another address as its own (haproxy.org, doc/proxy-protocol.txt, 2). Uses `node:net`'s sockets, to put back the bytes
 * behind the header. Parsing: ProxyHeader.
 */
import { type Duration, Effect, Option, Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import type { Socket } from "node:net"
import { BadProxyHeader, parseProxyHeader, type Source } from "./ProxyHeader.ts"
import { readSome } from "../RawSocket.ts"

/** The networks of the proxies, and how long to wait for a header. */
export interface Options {
  readonly networks: ReadonlyArray<IpNetwork.IpNetwork>
  /** 5 seconds unless given. */
  readonly timeout?: Duration.Input
}

/** The proxies that are believed. */
export interface TrustedProxies {
  /** Whether a connection from this address must begin with a header. */
  readonly includes: (address: string) => boolean
  /**
   * Takes the header off a socket that nothing was read from yet. Returns the proxy's client, `undefined` if the proxy
   * connects for itself. Fails with BadProxyHeader, also if no whole header comes in time.
   */
  readonly header: (socket: Socket) => Effect.Effect<Source | undefined, BadProxyHeader>
}

/** A socket's address without its zone; an IPv4-mapped IPv6 address becomes the IPv4 address. */
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

/** Believes the proxies in these networks. */
export const makeProxies = ({ networks, timeout = "5 seconds" }: Options): TrustedProxies => ({
  includes: (address) => {
    const parsed = parseAddress(address)
    return parsed !== undefined && networks.some((network) => IpNetwork.contains(network, parsed))
  },
  header: (socket) =>
    Effect.timeoutOrElse(readHeader(socket), {
      duration: timeout,
      orElse: () => Effect.fail(new BadProxyHeader({ reason: "no whole header in time" }))
    })
})
