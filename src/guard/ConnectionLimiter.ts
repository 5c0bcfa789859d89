/**
 * Bounds the number of connections, in all and from one address, and with them that of transfers: each takes a file
 * descriptor, and when those run out the system closes new connections without a word and no file can be opened.
 */
import { Effect, Result, type Scope } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import { isLoopback } from "../domain/Address.ts"
import { StoreUnavailable } from "../domain/Errors.ts"

/** How many connections and transfers there may be at a time, 1 or more. */
export interface Limits {
  /** In all. */
  readonly connections: number
  /** From one IPv4 address, or one /64 of IPv6, which is what one customer is given (RFC 6177). Loopback is exempt. */
  readonly perAddress: number
  /** Connections and transfers together; unlimited unless given. */
  readonly descriptors?: number | undefined
}

/** The count of open connections and of transfers. */
export interface ConnectionLimiter {
  /** Counts a connection from the address and returns true; returns false, and counts nothing, at a limit. */
  readonly enter: (address: string) => boolean
  /** Takes back what `enter` counted. */
  readonly leave: (address: string) => void
  /** Counts a transfer until the scope closes; fails, with a reason for the log, at the limit. */
  readonly transfer: Effect.Effect<void, StoreUnavailable, Scope.Scope>
}

/** The key by which addresses are counted together: the IPv4 address, or the /64 of an IPv6 one. */
export const subnetOf = (address: string): string =>
  address.includes(":") && !address.includes(".")
    ? NetAddress.ipv6FromString(address.replace(/%.*$/, "")).pipe(
        Result.flatMap((parsed) => IpNetwork.fromAddress(parsed, 64)),
        Result.match({ onFailure: () => address, onSuccess: IpNetwork.format })
      )
    : address.replace(/^::ffff:/i, "")

/** A limiter without limits. */
export const unlimitedConnections: ConnectionLimiter = {
  enter: () => true,
  leave: () => undefined,
  transfer: Effect.void
}

/** A limiter with no connections. */
export const makeConnectionLimiter = ({
  connections,
  descriptors = Number.POSITIVE_INFINITY,
  perAddress
}: Limits): ConnectionLimiter => {
  let total = 0
  let transfers = 0
  const isFull = (): boolean => total + transfers >= descriptors
  const tooMany = new StoreUnavailable({
    cause: new Error(`${descriptors} descriptors are taken by connections and transfers`)
  })
  const counts = new Map<string, number>()
  return {
    enter: (address) => {
      if (total >= connections || isFull()) return false
      if (!isLoopback(address)) {
        const key = subnetOf(address)
        const count = counts.get(key) ?? 0
        if (count >= perAddress) return false
        counts.set(key, count + 1)
      }
      total += 1
      return true
    },
    leave: (address) => {
      total -= 1
      if (isLoopback(address)) return
      const key = subnetOf(address)
      const count = (counts.get(key) ?? 0) - 1
      // Without the deletion the map would grow with every address that ever connected.
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    },
    transfer: Effect.acquireRelease(
      Effect.suspend(() => {
        if (isFull()) return Effect.fail(tooMany)
        transfers += 1
        return Effect.void
      }),
      () => Effect.sync(() => void (transfers -= 1))
    )
  }
}
