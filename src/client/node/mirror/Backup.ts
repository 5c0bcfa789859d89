/** A copy of a file that a mirror is about to overwrite or delete. */
import { Effect } from "effect"
import { realpathSync } from "node:fs"
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path"
import * as System from "../SystemCalls.ts"
import { attempt, failedAt } from "./Attempt.ts"
import { makeAll } from "./Folders.ts"
import { systemError } from "../../SystemError.ts"

/** Where a path leads once all links are followed; what of it is not there yet has none. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), basename(path))
  }
}

/** Whether a path is that of a folder, or leads into it, by links as well. */
export const isInside = (folder: string, path: string): boolean => {
  const away = relative(realPath(resolve(folder)), realPath(resolve(path)))
  return !isAbsolute(away) && away.split(/[\\/]/)[0] !== ".."
}

const inside = systemError("EINVAL", "the copy would be in the mirror")

/**
 * Copies a file of the mirror at `root` to a place outside of it, or where there is a copy already beside it under a
 * number; on disk when it is done.
 */
export const backUp = Effect.fnUntraced(function* (file: string, place: string, root: string) {
  const paths = yield* attempt(place, () => {
    // As where the mirror lies in the folder of copies, and one has its name.
    if (isInside(root, place)) throw inside
    const changed = makeAll(dirname(place))
    let copy = place
    for (let number = 1; System.entryAt(copy) !== undefined; number++) copy = `${place}.${number}`
    System.copy(file, copy)
    if (!System.needsSync(dirname(place))) return []
    return [copy, dirname(copy), ...changed]
  })
  yield* Effect.tryPromise({ try: () => System.syncAll(paths), catch: failedAt(place) })
})
