/** The list of a page as a table: names that lead to files and folders, sizes, times, and what downloads each file. */
import { formatTime, nearestTime } from "../../domain/FileChange.ts"
import { type FolderName, lastPart, shownName } from "../../domain/FileName.ts"
import type { FolderEntry } from "../../services/files/FileStore.ts"
import { type Html, markup } from "./Html.ts"
import { fileLink, folderLink, query } from "./Links.ts"
import { textsOf } from "./Layout.ts"
import { pageLink, type PageQuery, type SortKey } from "./PageQuery.ts"
import type { Texts } from "./texts/Portuguese.ts"
import { sizeText, timeText } from "./texts/Units.ts"

/** The title of a column by which the list can be sorted; that by which it is, leads to the reverse. */
const heading = (page: PageQuery, sort: SortKey, title: string): Html => {
  if (page.search !== undefined) return markup`<th scope="col">${title}</th>`
  const isCurrent = page.sort === sort
  // Sizes and times are first wanted from the largest and the newest on.
  const descending = isCurrent ? !page.descending : sort !== "nome"
  const state = page.descending ? "descending" : "ascending"
  const link = markup`<a href="${pageLink(page, { sort, descending, after: "" })}">${title}</a>`
  return isCurrent
    ? markup`<th scope="col" aria-sort="${state}">${link}</th>`
    : markup`<th scope="col">${link}</th>`
}

/** What an entry is called in this folder: its path where it was found below. */
const nameIn = ({ folder, search }: PageQuery, name: FolderName): string => {
  if (search === undefined) return lastPart(name)
  return folder === "" ? name : name.slice(folder.length + 1)
}

const timeOf = (page: PageQuery, modified: number | undefined): Html | undefined => {
  if (modified === undefined) return undefined
  const shown = timeText(nearestTime(modified), page.language)
  return markup`<time datetime="${formatTime(modified)}">${shown}</time>`
}

const row = (page: PageQuery, texts: Texts, lang: string, entry: FolderEntry): Html => {
  const exact = nameIn(page, entry.name)
  const name = shownName(exact)
  // The script compares names, and has to know one that is not shown as it is.
  const known = name === exact ? undefined : markup` data-name="${exact}"`
  const time = timeOf(page, entry.modified)
  if (entry.kind === "folder") {
    return markup`<tr${known}>
      <th scope="row"><a href="${folderLink(entry.name) + lang}">${name}/</a></th>
      <td>${texts.folder}</td>
      <td>${time}</td>
      <td></td>
    </tr> `
  }
  const link = fileLink(entry.name)
  return markup`<tr data-size="${entry.size}"${known}>
    <th scope="row"><a href="${link}">${name}</a></th>
    <td>${sizeText(entry.size, page.language)}</td>
    <td>${time}</td>
    <td><a href="${link}?baixar" aria-label="${texts.download(name)}">↓</a></td>
  </tr> `
}

/** The table of these entries. */
export const entryTable = (
  page: PageQuery,
  title: string,
  entries: ReadonlyArray<FolderEntry>
): Html => {
  const texts = textsOf(page.language)
  const lang = query({ lang: page.isLanguageNamed ? page.language : undefined })
  return markup`<table id="lista" tabindex="-1">
    <caption>
      ${texts.list(title)}
    </caption>
    <thead>
      <tr>
        ${heading(page, "nome", texts.name)}${heading(page, "tamanho", texts.size)}${heading(page, "data", texts.modified)}
        <th scope="col"><span class="hidden">${texts.actions}</span></th>
      </tr>
    </thead>
    <tbody>
      ${entries.map((entry) => row(page, texts, lang, entry))}
    </tbody>
  </table>`
}
