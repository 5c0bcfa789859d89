/** What is in the way of a path that cannot be written: looked up once it failed, for the system does not say which part it is. */
import { lstatSync, statSync } from "node:fs"
import { dirname } from "node:path"

/** A part of a path that is there and no folder: a file or the like, or a link that leads nowhere. */
export interface Obstacle {
  readonly place: string
  readonly isLink: boolean
}

const look = (place: string): Obstacle | undefined => {
  try {
    const found = statSync(place, { throwIfNoEntry: false })
    if (found !== undefined) return found.isDirectory() ? undefined : { place, isLink: false }
    const isLink = lstatSync(place, { throwIfNoEntry: false }) !== undefined
    return isLink ? { place, isLink } : undefined
  } catch {
    // Links that lead to each other, or a folder that may not be looked into.
    return undefined
  }
}

/** The folders on the way to a path, the outermost first. */
const above = (path: string): ReadonlyArray<string> => {
  const folder = dirname(path)
  return folder === path || folder === "." ? [] : [...above(folder), folder]
}

/** The first part of the way to `path`, or `path` itself where that is to be a folder, that is there and no folder. */
export const findObstacle = (path: string, isFolder: boolean): Obstacle | undefined => {
  for (const place of isFolder ? [...above(path), path] : above(path)) {
    const obstacle = look(place)
    if (obstacle !== undefined) return obstacle
  }
  return undefined
}
