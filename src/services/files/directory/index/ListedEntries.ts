/**
 * Looks at the files of a list. Files of one folder are looked at by way of the folder, which is held (EntryStats): 3 µs a
 * file, where opening the path of each, to see where it leads, takes 20. What is no regular file there, as a link, or is
 * there no longer, is looked at by its own path all the same, so that an error of the system is never taken for an absence.
 */
import { Result } from "effect"
import { type BigIntStats, closeSync } from "node:fs"
import { type FileName, type FolderName, lastPart } from "../../../../domain/FileName.ts"
import type { FileEntry } from "../../FileStore.ts"
import { detailsOf } from "../DirectoryDetails.ts"
import { lstatEntries } from "../EntryStats.ts"
import { holdContained, isStillHeld, statContained } from "../SafeOpen.ts"
import type { SharedFolder } from "../SharedFolder.ts"
import { asName } from "./FolderNames.ts"

/** The file; `undefined` where it is too large: such a size could not be told, nor could the file be opened. */
const fileEntry = (name: FileName, stats: BigIntStats): FileEntry | undefined =>
  stats.size > Number.MAX_SAFE_INTEGER ? undefined : { kind: "file", name, ...detailsOf(stats) }

/** A file as it is now, wherever its path leads; `undefined` where there is none. Throws StoreUnavailable. */
const entryOf = (folder: SharedFolder, name: FileName): FileEntry | undefined => {
  const stats = statContained(folder, name)
  if (Result.isFailure(stats)) {
    if (stats.failure._tag === "FileNotFound") return undefined
    throw stats.failure
  }
  return fileEntry(name, stats.success)
}

/** For fewer, holding the folder takes longer than it saves. */
const fewest = 4

/** As `entryOf`, of files of one folder. */
const entriesIn = (
  folder: SharedFolder,
  name: FolderName,
  files: ReadonlyArray<FileName>
): ReadonlyArray<FileEntry | undefined> => {
  const opened = files.length < fewest ? undefined : holdContained(folder, name)
  if (opened === undefined || Result.isFailure(opened))
    return files.map((file) => entryOf(folder, file))
  const { held } = opened.success
  try {
    const entries = lstatEntries(held, files.map(lastPart), (stats, index) => {
      const file = files[index]
      if (file === undefined) return undefined
      return stats?.isFile() === true ? fileEntry(file, stats) : entryOf(folder, file)
    })
    return isStillHeld(held) ? entries : files.map((file) => entryOf(folder, file))
  } finally {
    closeSync(held.descriptor)
  }
}

/** The name of the folder that a file is in. */
const folderOf = (name: FileName): FolderName => {
  const end = name.lastIndexOf("/")
  return end === -1 ? "" : asName(name.slice(0, end))
}

/** What each of these names has now, in their order; `undefined` where there is no file. Throws StoreUnavailable. */
export const entriesOf = (
  folder: SharedFolder,
  names: ReadonlyArray<FileName>
): ReadonlyArray<FileEntry | undefined> => {
  const entries: Array<FileEntry | undefined> = []
  let own: FolderName = ""
  let files: Array<FileName> = []
  const look = () => entries.push(...entriesIn(folder, own, files))
  for (const name of names) {
    const next = folderOf(name)
    if (next !== own) {
      look()
      own = next
      files = []
    }
    files.push(name)
  }
  look()
  return entries
}
