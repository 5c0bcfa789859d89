/** Links to files and folders, as paths of this server. The reverse, the name that a path means, is the routes' affair. */
import type { FolderName } from "../../domain/FileName.ts"

/** A part of a name in a path (RFC 3986, 3.3): all but the unreserved characters in per cent, the apostrophe too. */
const encodePart = (part: string): string => encodeURIComponent(part).replaceAll("'", "%27")

/** What `/-/` begins is the server's own, so a folder of that name is linked by another way to write it. */
const escapeReserved = (path: string): string =>
  path === "-" || path.startsWith("-/") ? `%2D${path.slice(1)}` : path

/** The path of a file. */
export const fileLink = (name: FolderName): string =>
  `/${escapeReserved(name.split("/").map(encodePart).join("/"))}`

/** The path of a folder's page, "/" for the shared one. */
export const folderLink = (name: FolderName): string => (name === "" ? "/" : `${fileLink(name)}/`)

/** A query of what is set, with its `?`; empty where nothing is. */
export const query = (fields: Readonly<Record<string, string | undefined>>): string => {
  const set = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]
  )
  return set.length === 0 ? "" : `?${set.join("&")}`
}
