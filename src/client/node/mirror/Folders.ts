/** The folders that files are put into. None is a link, so that nothing is written outside the mirror's folder. */
import * as fs from "node:fs"
import { dirname, join, resolve } from "node:path"
import { foldersOf } from "../../mirror/Entries.ts"
import { codeOf, entryAt } from "../SystemCalls.ts"
import { systemError } from "../../SystemError.ts"

const notAFolder = systemError("ENOTDIR", "there is something that is no folder")

/** Checks and makes folders; looks at each once, so it is made anew for each batch of files. */
export interface Folders {
  /** Makes the folders of a name; throws where one of them is a link or a file. */
  readonly make: (name: string) => void
  /** Whether all folders of a name are there, and none is a link. */
  readonly isSafe: (name: string) => boolean
}

/** Gives the path of each name below a folder. */
export const pathsIn = (root: string): ((name: string) => string) => {
  if (process.platform === "win32") return (name) => join(root, name)
  const inRoot = root.endsWith("/") ? root : `${root}/`
  // A name needs no normalising, which took a quarter of the time of looking at 10,000 files.
  return (name) => `${inRoot}${name}`
}

/** Folders below `root`, a real path; the paths of those whose entries changed are added to `changed`. */
export const makeFolders = (root: string, changed: Set<string> = new Set()): Folders => {
  const checked = new Set<string>()
  /** Folders that are not there, or that are none; what is not there is not looked for again for each file in it. */
  const missing = new Set<string>()
  /** Whether the folder that the name is in was checked, and so all that it is in. */
  const isChecked = (name: string): boolean => {
    const end = name.lastIndexOf("/")
    return end === -1 || checked.has(name.slice(0, end))
  }
  const isSafe = (name: string): boolean =>
    isChecked(name)
    || foldersOf(name).every((folder) => {
      if (checked.has(folder)) return true
      if (missing.has(folder)) return false
      const isFolder = entryAt(join(root, folder))?.kind === "folder"
      const found = isFolder ? checked : missing
      found.add(folder)
      return isFolder
    })
  const make = (name: string): void => {
    let above = root
    for (const folder of foldersOf(name)) {
      const path = join(root, folder)
      if (!checked.has(folder)) {
        const entry = entryAt(path)
        if (entry === undefined) {
          fs.mkdirSync(path)
          changed.add(above)
        } else if (entry.kind !== "folder") throw notAFolder
        checked.add(folder)
      }
      above = path
    }
    changed.add(above)
  }
  return { make, isSafe }
}

/**
 * Makes a folder and those above it that are missing; gives those whose entries changed, the innermost first. One by one:
 * Node's recursive call never ends where no folder can be made, as in /proc, and says ENOENT of a read-only file system (26.10).
 */
export const makeAll = (folder: string): ReadonlyArray<string> => {
  const missing: Array<string> = []
  let place = resolve(folder)
  let there = fs.statSync(place, { throwIfNoEntry: false })
  while (there === undefined && dirname(place) !== place) {
    missing.push(place)
    place = dirname(place)
    there = fs.statSync(place, { throwIfNoEntry: false })
  }
  if (there?.isDirectory() === false) throw notAFolder
  for (const path of missing.toReversed()) {
    try {
      fs.mkdirSync(path)
    } catch (error) {
      // Another program may have made it since.
      if (codeOf(error) !== "EEXIST" || !fs.statSync(path).isDirectory()) throw error
    }
  }
  return missing.map((path) => dirname(path))
}

/** Removes the folders of a name that are empty by now, the innermost first; what is behind a link is none of them. */
export const removeEmpty = (root: string, name: string, changed: Set<string>): void => {
  const paths = foldersOf(name).map((folder) => join(root, folder))
  const end = paths.findIndex((path) => entryAt(path)?.kind !== "folder")
  for (const path of (end === -1 ? paths : paths.slice(0, end)).toReversed()) {
    try {
      fs.rmdirSync(path)
    } catch (error) {
      if (codeOf(error) === "ENOENT") continue
      return
    }
    changed.delete(path)
    changed.add(join(path, ".."))
  }
}
