/**
 * How a listing treats symbolic links. A link to a file inside is a file. However many links lead to a folder, its
 * files are listed once: under the names that they have without links, where those are shared. A folder whose own name
 * is hidden is listed under the first link, in the order of bytes, that leads to it or to a folder around it; links
 * inside such folders come after those outside. So a listing ends, and is the same each time, whatever the links are.
 * Every file can still be asked for by way of any of them.
 */
import { Effect } from "effect"
import { closeSync } from "node:fs"
import type { StoreUnavailable } from "../../../../domain/Errors.ts"
import { byBytes } from "../../../../domain/FileName.ts"
import { type Held, hold } from "../SafeOpen.ts"
import { isShared, relativeTo, type SharedFolder } from "../SharedFolder.ts"
import type { Folder, Place } from "./FolderReader.ts"
import type { Folders } from "./Folders.ts"
import { everything, IndexWalk, type LinkRules, wholeFolder } from "./IndexWalk.ts"

/** What a link leads to: a file inside, or a folder inside that is not listed under its own name, and where it lies. */
type Target = "file" | { readonly folder: string } | undefined

const targetOf = (folder: SharedFolder, root: string, { path }: Place): Target => {
  if (!folder.links) return undefined
  let held: Held
  try {
    held = hold(path)
  } catch {
    return undefined
  }
  closeSync(held.descriptor)
  const own = relativeTo(root, held.path)
  if (own === undefined) return undefined
  if (held.stats.isFile()) return "file"
  return held.stats.isDirectory() && own !== "" && !isShared(folder, own)
    ? { folder: held.path }
    : undefined
}

/** Folders that are listed under the names of links. */
interface LinkedFolders {
  /** Where the folder lies whose files are listed under a link's name. */
  readonly paths: ReadonlyMap<string, string>
  /** The link under whose name the files of a folder are listed, by the folder's identity. */
  readonly links: ReadonlyMap<string, string>
}

const identityOf = ({ identity }: Folder): string => `${identity?.dev}:${identity?.ino}`

/** Runs a walk to its end. */
export type Through = (walk: IndexWalk) => Effect.Effect<void, StoreUnavailable>

/** Follows every link of the shared folder, to find the folders that are listed under the names of links. */
const findLinked = (
  shared: SharedFolder,
  root: string,
  folders: Folders,
  through: Through
): Effect.Effect<LinkedFolders, StoreUnavailable> =>
  Effect.gen(function* () {
    const paths = new Map<string, string>()
    const links = new Map<string, string>()
    /** Where links lead, and the first of the links to each. */
    const found = new Map<string, string>()
    const rules: LinkRules = {
      enters: (folder, under) => {
        if (under === undefined) return true
        const identity = identityOf(folder)
        if (links.has(identity)) return false
        links.set(identity, under)
        return true
      },
      isFile: (link) => {
        const target = targetOf(shared, root, link)
        if (target === undefined || target === "file") return false
        const other = found.get(target.folder)
        if (other === undefined || byBytes(link.name, other) < 0)
          found.set(target.folder, link.name)
        return false
      },
      folderAt: () => undefined
    }
    yield* through(new IndexWalk(folders, rules, { name: "", path: root }, everything, wholeFolder))
    while (found.size > 0) {
      const round = [...found].sort(([, self], [, that]) => byBytes(self, that))
      found.clear()
      for (const [path, name] of round) {
        paths.set(name, path)
        yield* through(new IndexWalk(folders, rules, { name, path }, everything, wholeFolder))
      }
    }
    return { paths, links }
  })

/**
 * The rules for one listing. At the first link to a folder that is not listed under its own name, all links are followed,
 * because the first link to that folder in the order of bytes may be anywhere.
 */
export const makeLinkRules = (
  shared: SharedFolder,
  root: string,
  folders: Folders,
  through: Through
): LinkRules => {
  let linked: LinkedFolders | undefined
  const find = Effect.map(findLinked(shared, root, folders, through), (found) => {
    linked = found
  })
  /** Links that are known to lead to no such folder, between their keys as files and as folders. */
  const passed = new Set<string>()
  return {
    enters: (folder, under) =>
      under === undefined || (linked?.links.get(identityOf(folder)) ?? under) === under,
    isFile: (link) => {
      const target = targetOf(shared, root, link)
      if (target === "file") {
        passed.add(link.name)
        return true
      }
      if (target !== undefined && linked === undefined) return find
      passed.add(link.name)
      return false
    },
    folderAt: (link) => {
      if (linked !== undefined) return linked.paths.get(link.name)
      if (passed.delete(link.name)) return undefined
      const target = targetOf(shared, root, link)
      return target === undefined || target === "file" ? undefined : find
    }
  }
}
