/**
 * How long the answer to a wrong password is kept back: the fifth within a minute from one address waits, and each
 * after it longer. The right password never waits, wherever it comes from, or whoever shares an address with others,
 * behind a balancer or a provider's NAT, could be kept out by any of them.
 */
import { neighbourhood } from "./ConnectionLimiter.ts"

/** The latest wrong passwords of one address. */
interface Record {
  /** When, in milliseconds; the oldest first, as many as are free. */
  readonly times: ReadonlyArray<number>
  /** How many answers in a row were kept back. */
  readonly delayed: number
}

/** So many wrong passwords a minute have no consequences, for people mistype. */
const free = 4
const minute = 60_000

/** How long the first answer is kept back, and how long any is at most, in milliseconds; each is twice the one before. */
const shortest = 1000
const longest = 8000

/** So many addresses are remembered, about 2 MB: strangers choose them, so the one that was quiet longest is forgotten. */
const mostAddresses = 10_000

/** What wrong passwords have cost so far. */
export interface AuthThrottle {
  /** Counts a wrong password at a time, in milliseconds, and tells for how many to keep its answer back. */
  readonly add: (host: string, now: number) => number
}

/** Nobody has tried anything yet. IPv6 addresses count by their /64. */
export const makeAuthThrottle = (capacity: number = mostAddresses): AuthThrottle => {
  const records = new Map<string, Record>()
  return {
    add: (host, now) => {
      const key = neighbourhood(host)
      const { delayed, times } = records.get(key) ?? { delayed: 0, times: [] }
      const [first] = times
      const isFree = times.length < free || first === undefined || now - first >= minute
      // Put back at the end, so that the first of all is the one that was quiet longest.
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
