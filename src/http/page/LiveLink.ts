/** Where a page hears of changes of what it shows. What it does then: browser/Live. */
import { type ChangeId, formatId } from "../../domain/FileChange.ts"
import type { FolderName } from "../../domain/FileName.ts"
import { longestPattern } from "../events/EventsReply.ts"
import { query } from "./Links.ts"
import { literal } from "./SearchPattern.ts"

/**
 * The address of the changes below a folder, from a place on: that where the log stood before the page was made, so that
 * nothing is missed between. A folder whose name is too long for a pattern hears of all changes.
 */
export const liveLink = (folder: FolderName, from: ChangeId): string => {
  const pattern = folder === "" ? "" : `${literal(folder)}/**`
  return `/-/events${query({
    desde: formatId(from),
    padrao: pattern === "" || pattern.length > longestPattern ? undefined : pattern
  })}`
}
