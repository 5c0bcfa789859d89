/** Small files held in memory, the least recently used of which go first when they take more than a bound. */

/** Values by key. */
export interface LruCache<A> {
  /** The value, which counts as used. */
  readonly get: (key: string) => A | undefined
  /** Keeps the value, if it is not larger than all may be together. `weight` is in bytes. */
  readonly set: (key: string, value: A, weight: number) => void
  readonly delete: (key: string) => void
}

/** What an entry takes besides its content: its strings, its objects and its place in the map. In bytes. */
export const overhead = 1024

/** Keeps values of `capacity` bytes together. */
export const makeLruCache = <A>(capacity: number): LruCache<A> => {
  // A Map keeps the order in which its keys came; who is used comes anew.
  const entries = new Map<string, { readonly value: A; readonly weight: number }>()
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
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value, size) => {
      remove(key)
      const weight = size + overhead
      if (weight > capacity) return
      entries.set(key, { value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= capacity) return
        remove(oldest)
      }
    },
    delete: remove
  }
}
