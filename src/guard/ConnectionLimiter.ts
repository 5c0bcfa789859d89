/** Who may come in: so many connections in all, and so many from one address. */
import { Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import { isLoopback } from "../domain/Address.ts"

/** How many connections there may be. */
export interface Limits {
  readonly connections: number
  /** From one IPv4 address, or one /64 of IPv6, which is what one customer is given (RFC 6177). Loopback is exempt. */
  readonly perAddress: number
}

/** Counts the connections there are. */
export interface ConnectionLimiter {
  /** Counts a connection from the address, if there is room for it. */
  readonly enter: (address: string) => boolean
  /** Counts one that had entered as gone. */
  readonly leave: (address: string) => void
}

/** What is counted together: the IPv4 address, or the /64 of an IPv6 one. */
export const neighbourhood = (address: string): string =>
  address.includes(":") && !address.includes(".")
    ? NetAddress.ipv6FromString(address.replace(/%.*$/, "")).pipe(
        Result.flatMap((parsed) => IpNetwork.fromAddress(parsed, 64)),
        Result.match({ onFailure: () => address, onSuccess: IpNetwork.format })
      )
    : address.replace(/^::ffff:/i, "")

/** A limiter with nobody in yet. */
export const makeConnectionLimiter = ({ connections, perAddress }: Limits): ConnectionLimiter => {
  let total = 0
  const counts = new Map<string, number>()
  return {
    enter: (address) => {
      if (total >= connections) return false
      if (!isLoopback(address)) {
        const key = neighbourhood(address)
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
      const key = neighbourhood(address)
      const count = (counts.get(key) ?? 0) - 1
      // An address that is gone is forgotten, or strangers could fill the table.
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    }
  }
}
