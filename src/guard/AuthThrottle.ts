/**
 * How long the reply to a wrong password is delayed, by address: the fifth within a minute is delayed, each further one
 * for longer. The right password is never delayed: clients share addresses, behind a balancer or a provider's NAT, and
 * one of them could keep the others out.
 */
import { subnetOf } from "./ConnectionLimiter.ts"

/** The latest wrong passwords of one address. */
interface WrongPasswords {
  /** Their times in milliseconds, the oldest first; at most `free` of them. */
  readonly times: ReadonlyArray<number>
  /** How many replies in a row were delayed. */
  readonly delayed: number
}

/** This many wrong passwords a minute are not delayed, because people mistype. */
const free = 4
const minute = 60_000

/** The first delay and the longest, in milliseconds; each is twice the one before. */
const shortest = 1000
const longest = 8000

/** This many addresses are remembered, about 2 MB; then the one with the oldest wrong password is forgotten. */
const mostAddresses = 10_000

/** The wrong passwords of all addresses. */
export interface AuthThrottle {
  /** Counts a wrong password at the time `now`; both it and the result, the delay of the reply, are in milliseconds. */
  readonly add: (host: string, now: number) => number
}

/** A throttle without records, for at most `capacity` addresses. IPv6 addresses are counted by /64. */
export const makeAuthThrottle = (capacity: number = mostAddresses): AuthThrottle => {
  const records = new Map<string, WrongPasswords>()
  return {
    add: (host, now) => {
      const key = subnetOf(host)
      const { delayed, times } = records.get(key) ?? { delayed: 0, times: [] }
      const [first] = times
      const isFree = times.length < free || first === undefined || now - first >= minute
      // Moved to the end: the first of the map has the oldest wrong password.
      records.delete(key)
      records.set(key, {
        times: [...times, now].slice(-free),
        delayed: isFree ? 0 : delayed + 1
      })
      const [quietest] = records.keys()
      if (records.size > capacity && quietest !== undefined) records.delete(quietest)
      return isFree ? 0 : Math.min(longest, shortest * 2 ** delayed)
    }
  }
}
