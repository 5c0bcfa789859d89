/**
 * Keeps pages as they were written last. What a page shows is looked at for each request; only where all of that is the
 * same is the page not written anew, which takes five times as long as to compare it: so none is ever stale.
 */
import type { FolderEntry } from "../../../services/files/FileStore.ts"
import { makeLruCache } from "../../../services/files/LruCache.ts"
import { type AroundGap, cutAtGap } from "../Html.ts"
import type { PageEntries } from "./PageEntries.ts"
import type { PageQuery } from "../PageQuery.ts"
import type { Readme } from "./Readme.ts"

/** All that a page is written of, but for where it hears of changes, which is put into its gap. */
export interface PageContent {
  readonly page: PageQuery
  readonly shown: PageEntries
  readonly readme: Readme | undefined
}

/** How much is kept, in bytes: some 30 pages of a thousand rows. */
const capacity = 16 * 1024 * 1024
/** What an entry takes in memory, in bytes. */
const entrySize = 256

const isSameEntry = (one: FolderEntry, other: FolderEntry | undefined): boolean =>
  one === other
  || (one.name === other?.name
    && one.modified === other.modified
    && (one.kind === "file"
      ? other.kind === "file" && one.size === other.size
      : other.kind === "folder"))

const isSameReadme = (one: Readme | undefined, other: Readme | undefined): boolean =>
  one?.name === other?.name && one?.text === other?.text && one?.isCut === other?.isCut

/** Whether two contents of one query are written alike. */
const isSame = (one: PageContent, other: PageContent): boolean =>
  one.shown.next === other.shown.next
  && one.shown.entries.length === other.shown.entries.length
  && one.shown.entries.every((entry, index) => isSameEntry(entry, other.shown.entries[index]))
  && isSameReadme(one.readme, other.readme)

/** What `write` writes, cut at its gap; but a page of the same content is not written again. */
export const makePageCache = (
  write: (content: PageContent) => string
): ((content: PageContent) => AroundGap) => {
  const kept = makeLruCache<{ readonly content: PageContent; readonly page: AroundGap }>(capacity)
  return (content) => {
    const key = JSON.stringify(content.page)
    const found = kept.get(key)
    if (found !== undefined && isSame(found.content, content)) return found.page
    const page = cutAtGap(write(content))
    const [before, behind] = page
    const size = before.length + behind.length
    kept.set(key, { content, page }, size + content.shown.entries.length * entrySize)
    return page
  }
}
