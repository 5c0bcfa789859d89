/** The list: filtered as one types, sorted without asking the server where all of it is here, walked through by arrows. */
import { announce, arrange, find, isFile, linkOf, nameOf, rows, text } from "./Page.ts"

/** A name without case and accents. */
const plain = (name: string): string =>
  name.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase()

const search = find("busca", HTMLInputElement)

/** Hides the rows that do not have what is searched for. */
const filter = (): void => {
  const wanted = plain(search?.value ?? "")
  // A pattern is the server's affair.
  const isPattern = /[*?]/.test(wanted)
  for (const row of rows()) row.hidden = !isPattern && !plain(nameOf(row)).includes(wanted)
}

const onSearch = (): void => {
  filter()
  announce(search?.value ? `${visible().length} ${text("visible")}` : "")
}

const visible = (): ReadonlyArray<HTMLTableRowElement> => rows().filter((row) => !row.hidden)

/** Moves the focus to the row so many further, from the one that has it. */
const move = (step: number): void => {
  const shown = visible()
  const current = shown.findIndex((row) => row.contains(document.activeElement))
  const next = current === -1 ? (step > 0 ? 0 : shown.length - 1) : current + step
  const row = shown[Math.min(Math.max(next, 0), shown.length - 1)]
  if (row !== undefined) linkOf(row)?.focus()
}

/** What a column is sorted by; rows keep the order in which the server sent them where they are alike. */
const valueOf = (row: HTMLTableRowElement, column: number): number | string => {
  if (column === 1) return isFile(row) ? Number(row.dataset["size"]) : -1
  return row.querySelector("time")?.dateTime ?? ""
}

/** The rows in the order in which they were sent. */
let sent = rows()
/** The column by which they were sorted here. */
let sorted: HTMLTableCellElement | undefined

const sort = (heading: HTMLTableCellElement, descending: boolean): void => {
  const column = heading.cellIndex
  const order = [...sent]
  if (column > 0) {
    order.sort((one, other) => {
      const [left, right] = [valueOf(one, column), valueOf(other, column)]
      return left < right ? -1 : left > right ? 1 : 0
    })
  }
  arrange(descending ? order.reverse() : order)
  for (const other of heading.parentElement?.children ?? []) other.removeAttribute("aria-sort")
  heading.ariaSort = descending ? "descending" : "ascending"
  sorted = heading
}

/** Shows these rows, as they are sent now, in the order and with the filter that there is. */
export const relist = (order: ReadonlyArray<HTMLTableRowElement>): void => {
  sent = order
  if (sorted?.isConnected === true) sort(sorted, sorted.ariaSort === "descending")
  else arrange(order)
  filter()
}

/** Sorts here what was sent in the order of names, all of it; else the links ask the server. */
const sortHere = (): void => {
  const query = new URLSearchParams(location.search)
  if (query.has("depois") || query.has("ordem") || query.has("sentido")) return
  for (const link of document.querySelectorAll<HTMLAnchorElement>("#lista thead a")) {
    link.addEventListener("click", (event) => {
      const heading = link.closest("th")
      const isWhole = document.querySelector("a[rel=next]") === null
      if (heading === null || !isWhole || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      const before = heading.ariaSort
      sort(heading, before === null ? heading.cellIndex !== 0 : before === "ascending")
    })
  }
}

const onKey = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (document.querySelector("dialog[open]") !== null) return
  const isTyping = document.activeElement === search
  if (event.key === "/" && !isTyping) search?.focus()
  else if (event.key === "ArrowDown") move(1)
  else if (event.key === "ArrowUp" && !isTyping) move(-1)
  else if (event.key === "Escape" && search !== undefined && search.value !== "") {
    search.value = ""
    onSearch()
  } else return
  event.preventDefault()
}

/** Makes the list do so. */
export const liven = (): void => {
  search?.addEventListener("input", onSearch)
  document.addEventListener("keydown", onKey)
  document.querySelector('a[href="#busca"]')?.addEventListener("click", (event) => {
    event.preventDefault()
    search?.focus()
  })
  sortHere()
}
