/** Finds files of the target that have the bytes of a file on the server, so that they are copied and not fetched. */
import type { FileName } from "../../domain/FileName.ts"
import type { PlacedEntry } from "./Entries.ts"

/** A file of the target that is as the mirror put it there. */
export interface Source {
  readonly name: FileName
  readonly entry: PlacedEntry
  /** Whether the server has no longer a file of this name. */
  readonly isGone: boolean
}

/** Files of the target, by size and digest. */
export interface Sources {
  /** Whether there may be one of this size: among those that are gone, or among all. */
  readonly mayHave: (size: number, amongAll: boolean) => boolean
  /** The name of one that has these bytes. */
  readonly find: (size: number, sha256: string) => FileName | undefined
}

/**
 * Indexes them; by their digests only once one is looked for. Empty files are none: nothing is saved by copying them.
 */
export const indexSources = (sources: () => Iterable<Source>): Sources => {
  const sizes = new Set<number>()
  const goneSizes = new Set<number>()
  for (const { entry, isGone } of sources()) {
    if (entry.size === 0) continue
    sizes.add(entry.size)
    if (isGone) goneSizes.add(entry.size)
  }
  let names: Map<string, FileName> | undefined
  const byDigest = () => {
    const found = new Map<string, FileName>()
    for (const { entry, name } of sources())
      if (entry.size > 0) found.set(`${entry.sha256} ${entry.size}`, name)
    return found
  }
  return {
    mayHave: (size, amongAll) => (amongAll ? sizes : goneSizes).has(size),
    find: (size, sha256) => (names ??= byDigest()).get(`${sha256} ${size}`)
  }
}
