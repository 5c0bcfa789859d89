/** What the page gives to the script: its texts, its rows, and where what happens is told. */

/** What the script says; Layout writes it. */
export type Text =
  | "checkBad"
  | "checkFailed"
  | "checkGood"
  | "checking"
  | "checkUnknown"
  | "close"
  | "following"
  | "noPreview"
  | "open"
  | "previewFailed"
  | "previous"
  | "visible"

/** A text in the page's language. */
export const text = (name: Text): string => document.body.dataset[name] ?? name

/** The element of this id, if the page has it and it is of this kind. */
export const find = <E extends HTMLElement>(id: string, kind: new () => E): E | undefined => {
  const element = document.getElementById(id)
  return element instanceof kind ? element : undefined
}

/** An element of this text, put at the end of another. */
export const append = <K extends keyof HTMLElementTagNameMap>(
  parent: Element,
  tag: K,
  content = ""
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  element.textContent = content
  parent.append(element)
  return element
}

/** Tells who sees the page and who hears it. */
export const announce = (message: string): void => {
  const status = find("estado", HTMLElement)
  if (status !== undefined) status.textContent = message
}

/** What the rows are in; an empty folder has none. */
export const list = (): HTMLTableSectionElement | undefined =>
  document.querySelector<HTMLTableSectionElement>("#lista tbody") ?? undefined

/** The rows of the list, in the order in which they stand now. */
export const rows = (): ReadonlyArray<HTMLTableRowElement> => [...(list()?.rows ?? [])]

/** The link of a row: what its name leads to. */
export const linkOf = (row: HTMLTableRowElement): HTMLAnchorElement | null =>
  row.querySelector<HTMLAnchorElement>("th a")

/** The name in a row, as it is shown: what is not seen in it is written out. */
export const shownNameOf = (row: HTMLTableRowElement): string => linkOf(row)?.textContent ?? ""

/** The name in a row, as it is. */
export const nameOf = (row: HTMLTableRowElement): string => row.dataset["name"] ?? shownNameOf(row)

/** Whether a row is of a file. */
export const isFile = (row: HTMLTableRowElement): boolean => "size" in row.dataset

/** Has these rows in this order, and no others. None that stands where it is to stand is moved, for that takes its focus. */
export const arrange = (order: ReadonlyArray<HTMLTableRowElement>): void => {
  const focused = document.activeElement
  for (const row of rows()) if (!order.includes(row)) row.remove()
  let next = list()?.firstElementChild ?? null
  for (const row of order) {
    if (row === next) next = row.nextElementSibling
    else list()?.insertBefore(row, next)
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus()
}
