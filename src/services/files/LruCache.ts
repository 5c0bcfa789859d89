/** Small files held in memory, the least recently used of which go first when they take more than a bound. */

/** Values by key. */
export interface LruCache<A> {
  /** The value, which counts as used. */
  readonly get: (key: string) => A | undefined
  /** Keeps the value, if it is not larger than all may be together. `weight` is in bytes. */
  readonly set: (key: string, value: A, weight: number) => void
  readonly delete: (key: string) => void
}

/** What an entry takes besides its content and its key: its objects, their texts and its place in the map. In bytes. */
export const overhead = 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/**
 * The same text on its own. A key is cut from what a socket brought, 64 KiB and more, and older engines keep all of it
 * for as long as a piece of it is a key: 66 kB each with Node 20, nothing with Node 26, which copies keys itself.
 */
const detached = (key: string): string => decoder.decode(encoder.encode(key))

/** Keeps values of `capacity` bytes together. */
export const makeLruCache = <A>(capacity: number): LruCache<A> => {
  // A Map keeps the order in which its keys came; who is used comes anew.
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
      // By its own key: the asker's may hold a chunk.
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
