/** What the query of a folder's page asks for, decoded; and the links by which a page asks for another. */
import { folderLink, query } from "./Links.ts"
import { type Language, languageAccepted, languageNamed } from "./texts/Language.ts"
import type { FolderName } from "../../domain/FileName.ts"

/** By what entries are sorted: their names by bytes, their sizes, or when they changed. */
export type SortKey = "nome" | "tamanho" | "data"

/** What a page shows. */
export interface PageQuery {
  readonly folder: FolderName
  readonly language: Language
  /** Whether the language was asked for by name, and so stands in the links. */
  readonly isLanguageNamed: boolean
  readonly sort: SortKey
  readonly descending: boolean
  /** What is searched for below the folder. */
  readonly search: string | undefined
  /** The place, in this order, after which the page begins (PageEntries); "" for the beginning. */
  readonly after: string
}

/** The most characters that are searched for: the cost of a pattern grows with it. */
const longestSearch = 200

/**
 * The page that a query asks for; `field` gives the value of one of its fields, and `acceptLanguage` is the request's.
 * What it does not know, it takes for what there is without it.
 */
export const pageQuery = (
  folder: FolderName,
  field: (name: string) => string | undefined,
  acceptLanguage: string | undefined
): PageQuery => {
  const named = languageNamed(field("lang"))
  const sort = field("ordem")
  const search = field("busca")?.trim().slice(0, longestSearch).toWellFormed() ?? ""
  return {
    folder,
    language: named ?? languageAccepted(acceptLanguage),
    isLanguageNamed: named !== undefined,
    sort: sort === "tamanho" || sort === "data" ? sort : "nome",
    descending: field("sentido") === "desc",
    search: search === "" ? undefined : search,
    after: field("depois")?.toWellFormed() ?? ""
  }
}

/** What differs from the page that has the link. */
export interface Other {
  readonly folder?: FolderName
  readonly language?: Language
  readonly sort?: SortKey
  readonly descending?: boolean
  readonly search?: string | undefined
  readonly after?: string
}

/** The link to a page, which begins at its beginning unless `after` is given. */
export const pageLink = (page: PageQuery, other: Other): string => {
  const { descending, folder, search, sort } = { ...page, ...other }
  const language = other.language ?? (page.isLanguageNamed ? page.language : undefined)
  return (
    folderLink(folder)
    + query({
      busca: search,
      ordem: sort === "nome" ? undefined : sort,
      sentido: descending ? "desc" : undefined,
      depois: other.after === "" ? undefined : other.after,
      lang: language
    })
  )
}
