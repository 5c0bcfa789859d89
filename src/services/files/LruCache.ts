/** A cache with a bound in bytes, from which the least recently used values are removed first. */

/** Values by key. */
export interface LruCache<A> {
  /** The value, which becomes the most recently used. */
  readonly get: (key: string) => A | undefined
  /** Keeps the value, unless it alone exceeds the capacity. `weight` is its size in bytes. */
  readonly set: (key: string, value: A, weight: number) => void
  readonly delete: (key: string) => void
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

/** A cache of `capacity` bytes, keys and overhead included. */
export const makeLruCache = <A>(capacity: number): LruCache<A> => {
  // A Map is ordered by insertion; an entry that is used is inserted anew.
  const entries = new Map<
    string,
    { readonly key: string; readonly value: A; readonly weight: number }
  >()
  let total = 0

  const remove = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }

  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      // By the entry's own key: the caller's may be a slice of a chunk.
      entries.set(entry.key, entry)
      return entry.value
    },
    set: (asked, value, size) => {
      remove(asked)
      // A character takes two bytes as soon as one of them is not Latin.
      const weight = size + asked.length * 2 + overhead
      if (weight > capacity) return
      const key = detached(asked)
      entries.set(key, { key, value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= capacity) return
        remove(oldest)
      }
    },
    delete: remove
  }
}
