/**
 * The folder that is shared: its real path at the moment, and whether it is there. Opening files in it: SafeOpen; listing
 * them: index/FileIndex.
 *
 * A path with a link in it may be switched to another folder at any time, as releases are (`current -> releases/7`), and
 * is resolved at each request. If the path had no link when sharing began, a link put in the folder's place later makes
 * the folder unavailable.
 */
import { Effect, Schema } from "effect"
import * as fs from "node:fs"
import { resolve, sep } from "node:path"
import { promisify } from "node:util"
import { fromText, isHidden } from "../../../domain/FileName.ts"

/** The folder cannot be shared: it does not exist, is no folder, or may not be read. `cause` is the system's error. */
export class FolderUnusable extends Schema.TaggedError<FolderUnusable>()("FolderUnusable", {
  folder: Schema.String,
  cause: Schema.Defect()
}) {}

/** A folder, and which of its names are shared. */
export interface SharedFolder {
  /** The path as it was given, made absolute. */
  readonly path: string
  /** Whether a link was in the path when sharing began, so that the folder may be switched. */
  readonly isSwitched: boolean
  /** Whether names with a part that begins with a dot are shared. */
  readonly hidden: boolean
  /** Whether links inside the folder are followed. */
  readonly links: boolean
}

/** The folder to share. */
export interface Options {
  /** Relative to the working directory, or absolute. */
  readonly folder: string
  /** Whether names with a part that begins with a dot are shared. */
  readonly hidden: boolean
  /** Whether links inside the folder are followed; they are unless this is `false`. */
  readonly links?: boolean | undefined
}

/** The real path of the folder; throws where a path with a link leads nowhere. */
export const rootOf = ({ isSwitched, path }: SharedFolder): string =>
  isSwitched ? fs.realpathSync.native(path) : path

/** Where the folder lies; throws where it is not there, or has become a link where it was none. */
export const requireRoot = ({ isSwitched, path }: SharedFolder): string => {
  const root = fs.realpathSync.native(path)
  if (!isSwitched && root !== path) throw new Error(`${path} has become a link`)
  return root
}

/** Whether the folder is there, and is no link where it was none. */
export const isThere = (folder: SharedFolder): boolean => {
  try {
    return fs.statSync(requireRoot(folder)).isDirectory()
  } catch {
    return false
  }
}

// Not those of `node:fs/promises`, which no server needs but for them: loading it takes the start a millisecond.
const opendir = promisify(fs.opendir)
const realpath = promisify(fs.realpath.native)

/** Throws unless the folder is there and may be read. */
const requireReadable = async ({ isSwitched, path }: SharedFolder): Promise<void> => {
  const root = await realpath(path)
  if (!isSwitched && root !== path) throw new Error(`${path} has become a link`)
  // Opening the folder tells apart what is no folder (ENOTDIR) from what may not be read (EACCES).
  await (await opendir(root)).close()
}

/** Fails with FolderUnusable if the folder cannot be shared at the moment. */
export const probe = (folder: SharedFolder): Effect.Effect<void, FolderUnusable> =>
  Effect.tryPromise({
    try: () => requireReadable(folder),
    catch: (cause) => new FolderUnusable({ folder: folder.path, cause })
  })

/** The folder, once it was checked; fails with FolderUnusable. */
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

/** Whether a file may be shared under this name; does not check whether there is one. */
export const isShared = ({ hidden }: SharedFolder, text: string): boolean => {
  const name = fromText(text)
  return name !== undefined && (hidden || !isHidden(name))
}
