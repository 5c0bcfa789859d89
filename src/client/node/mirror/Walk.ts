/** What is in the folders below a mirror's; no link is followed. */
import * as fs from "node:fs"
import { join } from "node:path"
import * as FileName from "../../../domain/FileName.ts"
import { isOwn, stateFolder } from "../../mirror/Entries.ts"
import * as System from "../SystemCalls.ts"

/** The names of the regular files below a folder, which is given by its name; links are not followed. */
export const walk = function* (root: string, folder: string): Generator<FileName.FileName> {
  for (const entry of fs.readdirSync(join(root, folder), { withFileTypes: true })) {
    const name = FileName.fromText(folder === "" ? entry.name : `${folder}/${entry.name}`)
    if (name === undefined || isOwn(name)) continue
    if (entry.isDirectory()) yield* walk(root, name)
    else if (entry.isFile()) yield name
  }
}

/** What a folder has at the ends of its branches: files, links and the like, and folders with nothing in them. */
export const leaves = function* (root: string, folder: string): Generator<string> {
  const entries = fs.readdirSync(join(root, folder), { withFileTypes: true })
  if (entries.length === 0) yield folder
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* leaves(root, name)
    else yield name
  }
}

/** Whether nothing is in the folder but the mirror's own: then no name has to be looked at. */
export const isEmpty = (root: string): boolean => {
  if (System.entryAt(root) === undefined) return true
  const entries = fs.opendirSync(root)
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync())
      if (entry.name !== stateFolder) return false
    return true
  } finally {
    entries.closeSync()
  }
}
