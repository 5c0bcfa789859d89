/**
 * The entries of one page: those of a folder in the order asked for, or those found below it. A page begins after a
 * place in that order, so that what comes and goes before it neither hides entries nor repeats them; and however many
 * there are, no more are held than a page shows.
 */
import { Effect, Option, Stream } from "effect"
import type { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { byBytes } from "../../../domain/FileName.ts"
import * as NamePattern from "../../../domain/NamePattern.ts"
import { entryKey, type FileStore, type FolderEntry } from "../../../services/files/FileStore.ts"
import { makeTop } from "../../../services/files/TopNames.ts"
import type { PageQuery } from "../PageQuery.ts"
import { searchPattern } from "../SearchPattern.ts"

/** Entries on a page. A browser lays out a thousand rows in some 50 ms. */
const pageSize = 1000

/** Files on a page of what was found: each is looked at by its name, which in a bucket is a request. */
const foundSize = 100

/** How many are looked at together. */
const describeConcurrency = 8

/** A page's entries, and the place after which the next page begins, where there is more. */
export interface PageEntries {
  readonly entries: ReadonlyArray<FolderEntry>
  readonly next: string | undefined
}

/** An entry and its place in the order. */
interface Placed {
  readonly entry: FolderEntry
  readonly place: string
}

/** As many digits as the largest safe integer has: texts of this length sort as their numbers do. */
const digits = 16

const numberText = (value: number, descending: boolean): string =>
  (descending ? Number.MAX_SAFE_INTEGER - value : value).toString().padStart(digits, "0")

/** What an entry is sorted by: a size or a time, then its key; folders have no size and come first. */
const placeOf = ({ descending, sort }: PageQuery, entry: FolderEntry): string => {
  const key = entryKey(entry)
  if (sort === "nome") return key
  const value = sort === "data" ? (entry.modified ?? 0) : entry.kind === "file" ? entry.size + 1 : 0
  const bounded = Math.min(Math.max(Math.floor(value), 0), Number.MAX_SAFE_INTEGER)
  return `${numberText(bounded, descending)}:${key}`
}

/** By name, the store itself begins after a name, and no more is looked at than is shown. */
const byName = Effect.fnUntraced(function* (store: FileStore["Service"], page: PageQuery) {
  const entries = yield* store.folder(page.folder, page.after)
  const found = yield* Stream.runCollect(Stream.take(entries, pageSize + 1))
  const shown = found.length > pageSize ? found.slice(0, pageSize) : found
  const last = found.length > pageSize ? shown.at(-1) : undefined
  return { entries: shown, next: last && entryKey(last) }
})

/** In any other order all entries are looked at, and the first of them kept. */
const sorted = Effect.fnUntraced(function* (store: FileStore["Service"], page: PageQuery) {
  const isByNameDown = page.sort === "nome"
  const order = (self: Placed, that: Placed) =>
    isByNameDown ? byBytes(that.place, self.place) : byBytes(self.place, that.place)
  const isAfter = ({ place }: Placed) =>
    page.after === ""
    || (isByNameDown ? byBytes(place, page.after) < 0 : byBytes(place, page.after) > 0)
  const top = makeTop(pageSize + 1, order)
  yield* Stream.runForEachArray(yield* store.folder(page.folder), (batch) =>
    Effect.sync(() => {
      for (const entry of batch) {
        const placed = { entry, place: placeOf(page, entry) }
        if (isAfter(placed)) top.add(placed)
      }
    })
  )
  const found = top.take()
  return {
    entries: found.slice(0, pageSize).map(({ entry }) => entry),
    next: found.length > pageSize ? found[pageSize - 1]?.place : undefined
  }
})

/** What is found below the folder, by name. Files that vanish before they are looked at are left out. */
const found = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  { after, folder }: PageQuery,
  search: string
) {
  const names = yield* store.list({
    pattern: NamePattern.fromGlob(searchPattern(folder, search)),
    after: after === "" ? undefined : after,
    limit: foundSize + 1
  })
  const shown = names.slice(0, foundSize)
  const entries = yield* Effect.forEach(
    shown,
    (name) =>
      Effect.map(
        Effect.option(store.describe(name)),
        Option.map((details): FolderEntry => ({ kind: "file", name, ...details }))
      ),
    { concurrency: describeConcurrency }
  )
  return {
    entries: entries.filter(Option.isSome).map(({ value }) => value),
    next: names.length > foundSize ? shown.at(-1) : undefined
  }
})

/** The entries that a page shows; `FileNotFound` where there is no such folder. */
export const pageEntries = (
  store: FileStore["Service"],
  page: PageQuery
): Effect.Effect<PageEntries, FileNotFound | StoreUnavailable> =>
  Effect.scoped(
    page.search !== undefined
      ? found(store, page, page.search)
      : page.sort === "nome" && !page.descending
        ? byName(store, page)
        : sorted(store, page)
  )
