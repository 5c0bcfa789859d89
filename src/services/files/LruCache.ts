/** A cache with a bound in bytes, from which the least recently used values are removed first. */
import { type Keyed, TextMap } from "./TextMap.ts"

/** Values by key. */
export interface LruCache<A> {
  /** The value, which becomes the most recently used. */
  readonly get: (key: string) => A | undefined
  /** Keeps the value, unless it alone exceeds the capacity. `weight` is its size in bytes. */
  readonly set: (key: string, value: A, weight: number) => void
  readonly delete: (key: string) => void
  /** How many values there are, and what they weigh with their keys and overhead, in bytes. */
  readonly count: () => number
  readonly size: () => number
}

/** What an entry takes besides its content and its key, in bytes: its objects, their strings and its place in the map. */
export const overhead = 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/**
 * A copy of the text. A key is a slice of a socket's input, 64 KiB and more, all of which an older engine keeps in memory
 * as long as the slice: 66 kB for each key with Node 20, nothing with Node 26, which copies keys itself.
 */
const detached = (key: string): string => decoder.decode(encoder.encode(key))

/** An entry, in a list by when it was used. A Map has such an order too; to renew it took 200 ns of the 600 that a look-up took. */
interface Entry<A> extends Keyed<Entry<A>> {
  readonly value: A
  readonly weight: number
  older: Entry<A> | undefined
  newer: Entry<A> | undefined
}

/** A cache of `capacity` bytes, keys and overhead included. */
export const makeLruCache = <A>(capacity: number): LruCache<A> => {
  const entries = new TextMap<Entry<A>>()
  let oldest: Entry<A> | undefined
  let newest: Entry<A> | undefined
  let total = 0

  const append = (entry: Entry<A>): void => {
    entry.older = newest
    entry.newer = undefined
    if (newest === undefined) oldest = entry
    else newest.newer = entry
    newest = entry
  }

  const unlink = ({ newer, older }: Entry<A>): void => {
    if (older === undefined) oldest = newer
    else older.newer = newer
    if (newer === undefined) newest = older
    else newer.older = older
  }

  const remove = (entry: Entry<A>): void => {
    total -= entry.weight
    entries.remove(entry)
    unlink(entry)
  }

  const removeAt = (key: string): void => {
    const entry = entries.get(key)
    if (entry !== undefined) remove(entry)
  }

  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (entry !== newest) {
        unlink(entry)
        append(entry)
      }
      return entry.value
    },
    set: (asked, value, size) => {
      removeAt(asked)
      // A character takes two bytes as soon as one of them is not Latin.
      const weight = size + asked.length * 2 + overhead
      if (weight > capacity) return
      const key = detached(asked)
      const entry: Entry<A> = {
        key,
        value,
        weight,
        sameHash: undefined,
        older: undefined,
        newer: undefined
      }
      entries.add(entry)
      append(entry)
      total += weight
      while (total > capacity && oldest !== undefined) remove(oldest)
    },
    delete: removeAt,
    count: () => entries.size,
    size: () => total
  }
}
