/**
 * The names of the files in each folder. Nearly all folders are at rest: theirs are one text, which takes a tenth of a map.
 * It runs in the watching thread (Disk).
 */
import type { WatchedFolder } from "./WatchedFolder.ts"

/** The names of the files in folders. */
export interface FileNames {
  /**
   * The files in a folder by their names; their versions in a folder that is polled, and of what links lead to, else "".
   * Not to be kept: what is put into it later is lost.
   */
  readonly of: (folder: WatchedFolder) => Map<string, string>
  /** The names alone. */
  readonly partsOf: (folder: WatchedFolder) => Iterable<string>
  /** Puts down the names of files without versions. */
  readonly add: (folder: WatchedFolder, parts: ReadonlyArray<string>) => void
  /** Nothing will happen in the folder for now: its names are one text, unless it must have a map. */
  readonly rest: (folder: WatchedFolder) => void
  /** The folder is no longer part of the tree. */
  readonly forget: (folder: WatchedFolder) => void
}

/** The names of no folder yet. */
export const makeFileNames = (): FileNames => {
  /** So many folders have a map at a time, besides those that must. */
  const most = 256
  /** No name has it in it. */
  const separator = "/"
  const awake = new Set<WatchedFolder>()

  /** Versions have no place in the text. */
  const mayRest = ({ isPolled, links }: WatchedFolder): boolean => !isPolled && links === undefined

  const partsOf = ({ files }: WatchedFolder): Iterable<string> => {
    if (typeof files !== "string") return files.keys()
    return files === "" ? [] : files.split(separator)
  }

  const rest = (folder: WatchedFolder): void => {
    awake.delete(folder)
    if (mayRest(folder)) folder.files = [...partsOf(folder)].join(separator)
  }

  const of = (folder: WatchedFolder): Map<string, string> => {
    if (typeof folder.files !== "string") return folder.files
    const files = new Map<string, string>()
    for (const part of partsOf(folder)) files.set(part, "")
    folder.files = files
    if (mayRest(folder)) awake.add(folder)
    if (awake.size > most)
      for (const oldest of awake) {
        rest(oldest)
        break
      }
    return files
  }

  return {
    of,
    partsOf,
    add: (folder, parts) => {
      if (folder.files === "" && mayRest(folder)) folder.files = parts.join(separator)
      else for (const part of parts) of(folder).set(part, "")
    },
    rest,
    forget: (folder) => void awake.delete(folder)
  }
}
