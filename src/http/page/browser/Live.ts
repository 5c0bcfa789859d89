/**
 * Keeps the page as the folder is. A change is only a hint: the page is asked for again, and what is different in it is
 * taken over, so that focus, filter and order stay. A hidden page hears of nothing, and asks once it is seen again.
 */
import { relist } from "./List.ts"
import { linkOf, list, rows } from "./Page.ts"
import { previewRow } from "./Preview.ts"

/** The least time between two looks at the page, in milliseconds; more where the page takes long. */
const leastPause = 1000

/** How long changes are collected before the page is asked for. */
const gathering = 100

let stream: EventSource | undefined
let isDue = false
let isBusy = false

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** The row with what is told of its file now. Its link stays the same element, which may have the focus. */
const renewed = (row: HTMLTableRowElement, now: HTMLTableRowElement): HTMLTableRowElement => {
  const size = now.dataset["size"]
  if (size !== undefined) row.dataset["size"] = size
  for (const cell of [...now.cells].slice(1, 3)) {
    const old = row.cells[cell.cellIndex]
    if (old?.isEqualNode(cell) === false) old.innerHTML = cell.innerHTML
  }
  return row
}

const keyOf = (row: HTMLTableRowElement): string => linkOf(row)?.getAttribute("href") ?? ""

/** Takes over the rows of a page that was asked for again. */
const takeRows = (now: HTMLTableSectionElement): void => {
  const before = new Map(rows().map((row) => [keyOf(row), row]))
  const focused = rows().findIndex((row) => row.contains(document.activeElement))
  relist(
    [...now.rows].map((row) => {
      const old = before.get(keyOf(row))
      if (old !== undefined) return renewed(old, row)
      previewRow(row)
      return row
    })
  )
  // The focus of a row that is gone goes to that which stands in its place.
  const next = rows()[Math.min(focused, rows().length - 1)]
  if (next !== undefined && document.activeElement === document.body) linkOf(next)?.focus()
}

/** Takes over another part of the page. */
const takePart = (now: Document, selector: string): void => {
  const [old, part] = [document, now].map((page) => page.querySelector(selector))
  if (old && part && !old.isEqualNode(part)) old.replaceWith(part)
}

const look = async (): Promise<void> => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } })
  if (!answer.ok) return
  const now = new DOMParser().parseFromString(await answer.text(), "text/html")
  document.body.dataset["live"] = now.body.dataset["live"] ?? ""
  const body = now.querySelector<HTMLTableSectionElement>("#lista tbody")
  if (body !== null && list() !== undefined) takeRows(body)
  else {
    takePart(now, "#lista")
    relist(rows())
    rows().forEach(previewRow)
  }
  takePart(now, ".pages")
  takePart(now, ".readme")
}

/** Looks at the page soon, and again if changes come meanwhile. */
const lookSoon = async (): Promise<void> => {
  isDue = true
  if (isBusy) return
  isBusy = true
  while (isDue && !document.hidden) {
    await pause(gathering)
    isDue = false
    const began = performance.now()
    // The server may be about to start again: then the stream says so.
    await look().catch(() => undefined)
    await pause(Math.max(leastPause, 4 * (performance.now() - began)))
  }
  isBusy = false
}

const listen = (): void => {
  const address = document.body.dataset["live"]
  if (!address || document.hidden || stream !== undefined) return
  stream = new EventSource(address)
  for (const event of ["criado", "alterado", "apagado", "refazer"]) {
    stream.addEventListener(event, () => void lookSoon())
  }
}

/** Does so while the page is seen, where the server tells of changes. */
export const followChanges = (): void => {
  if (!document.body.dataset["live"]) return
  document.addEventListener("visibilitychange", () => {
    stream?.close()
    stream = undefined
    // From the place of the page that is then there.
    if (!document.hidden) void look().then(listen, listen)
  })
  listen()
}
