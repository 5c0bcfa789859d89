/** Bounds the number of connections, in all and from one address. */
import { Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import { isLoopback } from "../domain/Address.ts"

/** How many connections there may be at a time, 1 or more. */
export interface Limits {
  /** In all. */
  readonly connections: number
  /** From one IPv4 address, or one /64 of IPv6, which is what one customer is given (RFC 6177). Loopback is exempt. */
  readonly perAddress: number
}

/** The count of open connections. */
export interface ConnectionLimiter {
  /** Counts a connection from the address and returns true; returns false, and counts nothing, at a limit. */
  readonly enter: (address: string) => boolean
  /** Takes back what `enter` counted. */
  readonly leave: (address: string) => void
}

/** The key by which addresses are counted together: the IPv4 address, or the /64 of an IPv6 one. */
export const subnetOf = (address: string): string =>
  address.includes(":") && !address.includes(".")
    ? NetAddress.ipv6FromString(address.replace(/%.*$/, "")).pipe(
        Result.flatMap((parsed) => IpNetwork.fromAddress(parsed, 64)),
        Result.match({ onFailure: () => address, onSuccess: IpNetwork.format })
      )
    : address.replace(/^::ffff:/i, "")

/** A limiter with no connections. */
export const makeConnectionLimiter = ({ connections, perAddress }: Limits): ConnectionLimiter => {
  let total = 0
  const counts = new Map<string, number>()
  return {
    enter: (address) => {
      if (total >= connections) return false
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
    }
  }
}
