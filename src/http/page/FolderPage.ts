/**
 * The page of a folder, for people: whole without a script, and better with one. What is on it: PageEntries and Readme;
 * how it is asked for: PageQuery; how text becomes HTML: Html; which are not written again: PageCache.
 */
import { Effect } from "effect"
import type * as ByteString from "../../domain/ByteString.ts"
import type { FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import { type FolderName, folderFromText, lastPart, shownName } from "../../domain/FileName.ts"
import type { FileStore } from "../../services/files/FileStore.ts"
import { entryTable } from "./EntryTable.ts"
import { fillGap, type Html, markup } from "./Html.ts"
import { document, textsOf } from "./Layout.ts"
import { fileLink, folderLink, query } from "./Links.ts"
import { makePageCache, type PageContent } from "./content/PageCache.ts"
import { type PageEntries, pageEntries } from "./content/PageEntries.ts"
import { pageLink, type PageQuery } from "./PageQuery.ts"
import { type Readme, readmeOf } from "./content/Readme.ts"

/** What a page may load and where it may stand: its own script, style, images, sound and film, in no other page. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
  + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** The folders around a folder, from the shared one on, and itself. */
const pathTo = (folder: FolderName): ReadonlyArray<FolderName> => {
  const parts = folder === "" ? [] : folder.split("/")
  return [
    "",
    ...parts
      .map((_, index) => folderFromText(parts.slice(0, index + 1).join("/")))
      .filter((name) => name !== undefined)
  ]
}

const breadcrumbs = (page: PageQuery): Html => {
  const texts = textsOf(page.language)
  const lang = languageQuery(page)
  const path = pathTo(page.folder)
  return markup`<nav aria-label="${texts.path}">
    <ol class="path">
      ${path.map((folder, index) => {
        const name = folder === "" ? texts.top : shownName(lastPart(folder))
        return index === path.length - 1 && page.search === undefined
          ? markup`<li><a href="${folderLink(folder) + lang}" aria-current="page">${name}</a></li>`
          : markup`<li><a href="${folderLink(folder) + lang}">${name}</a></li>`
      })}
    </ol>
  </nav>`
}

/** What a link keeps of the page's language. */
const languageQuery = ({ isLanguageNamed, language }: PageQuery): string =>
  query({ lang: isLanguageNamed ? language : undefined })

const searchForm = (page: PageQuery): Html => {
  const texts = textsOf(page.language)
  return markup`<form role="search" action="${folderLink(page.folder)}">
    <label for="busca">${texts.search}</label>
    <input
      id="busca"
      name="busca"
      type="search"
      maxlength="200"
      autocomplete="off"
      value="${page.search ?? ""}"
      aria-describedby="padrao"
    />
    <button>${texts.searchButton}</button>
    <small id="padrao">${texts.searchHint}</small>
    ${page.isLanguageNamed && markup`<input type="hidden" name="lang" value="${page.language}" />`}
  </form>`
}

/** How many entries there are, and the way to the others. */
const pages = (page: PageQuery, { entries, next }: PageEntries): Html => {
  const texts = textsOf(page.language)
  const count = next === undefined ? texts.entries(entries.length) : texts.more(entries.length)
  return markup`<p class="pages">
    <span>${count}</span>
    ${page.after !== "" && markup`<a href="${pageLink(page, { after: "" })}">${texts.first}</a>`}
    ${next !== undefined && markup`<a rel="next" href="${pageLink(page, { after: next })}">${texts.next}</a>`}
    ${page.search === undefined && markup`<a href="${folderLink(page.folder)}?tar">${texts.archive}</a>`}
    ${page.search !== undefined && markup`<a href="${pageLink(page, { search: undefined, after: "" })}">${texts.endSearch}</a>`}
  </p>`
}

const readmeSection = (page: PageQuery, readme: Readme | undefined): Html | undefined =>
  readme
  && markup`<section class="readme" aria-labelledby="leiame">
    <h2 id="leiame"><a href="${fileLink(readme.name)}">${lastPart(readme.name)}</a></h2>
    <pre tabindex="0">${readme.text}</pre>
    ${readme.isCut && markup`<p>${textsOf(page.language).readmeCut}</p>`}
  </section>`

/** What only the script can do, and so is hidden until it runs. */
const checkSection = (page: PageQuery): Html => {
  const texts = textsOf(page.language)
  return markup`<section id="conferir" aria-labelledby="conferencia" hidden>
    <h2 id="conferencia">${texts.check}</h2>
    <p><label for="disco">${texts.checkHint}</label></p>
    <input id="disco" type="file" multiple />
    <ul id="conferidos" aria-live="polite"></ul>
    <p><small>${texts.keys}</small></p>
  </section>`
}

const mainOf = (page: PageQuery, shown: PageEntries, readme: Readme | undefined): Html => {
  const texts = textsOf(page.language)
  const name = page.folder === "" ? texts.root : shownName(lastPart(page.folder))
  const title = page.search === undefined ? name : texts.found(shownName(page.search))
  const nothing = page.search === undefined ? texts.empty : texts.nothingFound
  return markup`${breadcrumbs(page)}
    <h1>${title}</h1>
    ${searchForm(page)}
    ${shown.entries.length === 0 ? markup`<p id="lista">${nothing}</p>` : entryTable(page, title, shown.entries)}
    ${pages(page, shown)} ${readmeSection(page, readme)} ${checkSection(page)}`
}

const write = ({ page, readme, shown }: PageContent): string => {
  const texts = textsOf(page.language)
  return document({
    language: page.language,
    title: page.folder === "" ? texts.root : `${shownName(page.folder)}/`,
    lang: languageQuery(page),
    otherLanguage: pageLink(page, {
      language: page.language === "pt" ? "en" : "pt",
      after: page.after
    }),
    main: mainOf(page, shown, readme)
  })
}

/** Rows that the first page of a server is begun with: they have the formats of times made, and the code of a row compiled. */
const firstRows = 50

/**
 * The pages of a store's folders as HTML, in UTF-8, which hear of changes at `live`, if there is such an address;
 * `FileNotFound` where there is no such folder.
 */
export const makeFolderPage = (
  store: FileStore["Service"]
): ((
  page: PageQuery,
  live: string | undefined
) => Effect.Effect<ByteString.ByteString, FileNotFound | StoreUnavailable>) => {
  const written = makePageCache(write)
  let isFirst = true
  return Effect.fn("http.folderPage")(function* (page: PageQuery, live: string | undefined) {
    const shown = yield* pageEntries(store, page)
    const readme =
      page.search === undefined ? yield* readmeOf(store, shown.entries, page.language) : undefined
    if (isFirst) {
      // With the thousand rows behind it, what is made once would hold the event loop for 30 ms.
      isFirst = false
      yield* Effect.yieldNow
      write({ page, shown: { ...shown, entries: shown.entries.slice(0, firstRows) }, readme })
      yield* Effect.yieldNow
    }
    return fillGap(written({ page, shown, readme }), live ?? "")
  })
}
