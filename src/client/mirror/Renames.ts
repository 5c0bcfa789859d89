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
 * Indexes them. `known`: those of which more is known than that nothing is to do; only they can be gone. `settled`: all
 * others, who are not looked at before one of any size is wanted among all: for one new small file among a hundred
 * thousand that would take most of the time. Empty files are none: nothing is saved by copying them.
 */
export const indexSources = (
  known: Iterable<Source>,
  settled: () => Iterable<Omit<Source, "isGone">>
): Sources => {
  const few = [...known].filter(({ entry }) => entry.size > 0)
  const goneSizes = new Set(few.flatMap(({ entry, isGone }) => (isGone ? [entry.size] : [])))
  let sizes: Set<number> | undefined
  const allSizes = () => {
    const found = new Set(few.map(({ entry }) => entry.size))
    for (const { entry } of settled()) if (entry.size > 0) found.add(entry.size)
    return found
  }
  let names: Map<string, FileName> | undefined
  const byDigest = () => {
    const found = new Map<string, FileName>()
    const add = ({ entry, name }: Omit<Source, "isGone">) =>
      found.set(`${entry.sha256} ${entry.size}`, name)
    for (const source of settled()) if (source.entry.size > 0) add(source)
    few.forEach(add)
    return found
  }
  return {
    mayHave: (size, amongAll) => (amongAll ? (sizes ??= allSizes()) : goneSizes).has(size),
    find: (size, sha256) => (names ??= byDigest()).get(`${sha256} ${size}`)
  }
}
