/**
 * The folder that is shared: where it lies at the moment, and whether it is there. What is in it is not looked at
 * here; opening files is SafeOpen's affair, listing them DirectoryWalk's.
 *
 * A path with a link in it may be switched to another folder at any time, as releases are (`current -> releases/7`),
 * and is followed to where it leads at each question. A path that had no link in it when sharing began gets none later:
 * whoever puts a link in the folder's place shares nothing by it.
 */
import { Effect, Schema } from "effect"
import { realpathSync, statSync } from "node:fs"
import { opendir, realpath } from "node:fs/promises"
import { resolve, sep } from "node:path"
import { fromText, isHidden } from "../../../domain/FileName.ts"

/** The folder cannot be shared: it does not exist, is no folder, or may not be read. */
export class FolderUnusable extends Schema.TaggedError<FolderUnusable>()("FolderUnusable", {
  folder: Schema.String,
  cause: Schema.Defect()
}) {}

/** A folder, and which of its names are shared. */
export interface SharedFolder {
  /** As it was given, and absolute. */
  readonly path: string
  /** Whether a link was in the path when sharing began, so that the folder may be switched. */
  readonly isSwitched: boolean
  /** Whether names with a part that begins with a dot are shared. */
  readonly hidden: boolean
  /** Whether links inside the folder are followed. */
  readonly links: boolean
}

/** What the folder is to be. */
export interface Options {
  /** Relative to the working directory, or absolute. */
  readonly folder: string
  /** Whether names with a part that begins with a dot are shared. */
  readonly hidden: boolean
  /** Whether links inside the folder are followed; they are unless this is `false`. */
  readonly links?: boolean | undefined
}

/** Where the folder lies, with every link resolved; throws where a path that may be switched leads nowhere. */
export const rootOf = ({ isSwitched, path }: SharedFolder): string =>
  isSwitched ? realpathSync.native(path) : path

/** Whether the folder is there, and is no link where it was none. */
export const isThere = (folder: SharedFolder): boolean => {
  try {
    const root = realpathSync.native(folder.path)
    return (folder.isSwitched || root === folder.path) && statSync(root).isDirectory()
  } catch {
    return false
  }
}

/** Makes sure that the folder is there and may be read. */
const requireReadable = async ({ isSwitched, path }: SharedFolder): Promise<void> => {
  const root = await realpath(path)
  if (!isSwitched && root !== path) throw new Error(`${path} has become a link`)
  // Opening the folder tells apart what is no folder (ENOTDIR) from what may not be read (EACCES).
  await (await opendir(root)).close()
}

/** Fails with why the folder cannot be shared at the moment. */
export const probe = (folder: SharedFolder): Effect.Effect<void, FolderUnusable> =>
  Effect.tryPromise({
    try: () => requireReadable(folder),
    catch: (cause) => new FolderUnusable({ folder: folder.path, cause })
  })

/** Shares the folder from now on. */
export const openFolder = Effect.fnUntraced(function* ({ folder, hidden, links = true }: Options) {
  const path = resolve(folder)
  const unusable = (cause: unknown) => new FolderUnusable({ folder, cause })
  const root = yield* Effect.tryPromise({ try: () => realpath(path), catch: unusable })
  const shared: SharedFolder = { path, isSwitched: root !== path, hidden, links }
  yield* Effect.mapError(probe(shared), ({ cause }) => unusable(cause))
  return shared
})

/** The path relative to the root, `undefined` where it lies outside; "" for the root itself. */
export const relativeTo = (root: string, path: string): string | undefined => {
  if (path === root) return ""
  const prefix = root.endsWith(sep) ? root : root + sep
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined
}

/** Whether the folder shares files under a name; whether there is such a file is not looked at. */
export const isShared = ({ hidden }: SharedFolder, text: string): boolean => {
  const name = fromText(text)
  return name !== undefined && (hidden || !isHidden(name))
}
