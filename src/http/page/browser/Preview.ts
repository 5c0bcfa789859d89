/** Shows a file without leaving the page: pictures, sound, film and text in a dialog. A PDF opens in a tab of its own. */
import { append, isFile, linkOf, rows, shownNameOf, text } from "./Page.ts"

type Kind = "img" | "audio" | "video" | "pre" | "pdf"

const kinds: ReadonlyArray<readonly [Kind, RegExp]> = [
  ["img", /\.(?:png|jpe?g|gif|webp|avif|svg|bmp|ico)$/i],
  ["audio", /\.(?:mp3|og[ga]|opus|wav|flac|m4a|aac)$/i],
  ["video", /\.(?:mp4|webm|ogv|mov|m4v)$/i],
  ["pdf", /\.pdf$/i],
  [
    "pre",
    /\.(?:txt|md|csv|tsv|json|xml|log|ya?ml|toml|ini|conf|html?|css|m?[jt]s|py|sh|c|h|java|go|rs|sql)$/i
  ]
]

const kindOf = (name: string): Kind | undefined => kinds.find(([, names]) => names.test(name))?.[0]

/** The beginning of a text, in bytes; more than that is for a tab of its own. */
const mostText = 256 * 1024

const isPreviewed = (row: HTMLTableRowElement): boolean => isFile(row) && !row.hidden

const dialog = document.createElement("dialog")
const title = append(dialog, "h2")
const stage = append(dialog, "div")
const bar = append(dialog, "p")
title.id = "previa"
dialog.setAttribute("aria-labelledby", title.id)
let current: HTMLTableRowElement | undefined

const showText = async (pre: HTMLPreElement, href: string): Promise<void> => {
  const answer = await fetch(href, { headers: { Range: `bytes=0-${mostText - 1}` } })
  // An empty file has no range.
  if (!answer.ok && answer.status !== 416) throw new Error(String(answer.status))
  pre.textContent = answer.ok ? await answer.text() : ""
}

const fail = (): void => void (stage.textContent = text("previewFailed"))

const show = (row: HTMLTableRowElement): void => {
  const link = linkOf(row)
  if (link === null) return
  current = row
  const kind = kindOf(link.pathname)
  title.textContent = shownNameOf(row)
  stage.replaceChildren()
  open.href = link.href
  if (kind === undefined || kind === "pdf") stage.textContent = text("noPreview")
  else {
    const element = append(stage, kind)
    if (element instanceof HTMLPreElement) {
      element.tabIndex = 0
      showText(element, link.href).catch(fail)
    } else {
      element.addEventListener("error", fail)
      if (element instanceof HTMLImageElement) element.alt = shownNameOf(row)
      else {
        element.controls = true
        element.ariaLabel = shownNameOf(row)
      }
      element.src = link.href
    }
  }
  if (!dialog.open) dialog.showModal()
}

/** Shows the next file that is in the list, or the one before. */
const step = (by: number): void => {
  const shown = rows().filter(isPreviewed)
  const next = shown[shown.findIndex((row) => row === current) + by]
  if (next !== undefined) show(next)
}

const button = (label: string, onClick: () => void): void => {
  append(bar, "button", label).addEventListener("click", onClick)
}

button(text("previous"), () => step(-1))
button(text("following"), () => step(1))
const open = append(bar, "a", text("open"))
open.target = "_blank"
open.rel = "noopener"
button(text("close"), () => dialog.close())

/** Has the link of a file that can be shown show it; with Ctrl, Shift or another button it leads there. */
export const previewRow = (row: HTMLTableRowElement): void => {
  const link = linkOf(row)
  const kind = link === null || !isFile(row) ? undefined : kindOf(link.pathname)
  if (link === null || kind === undefined) return
  if (kind === "pdf") {
    link.target = "_blank"
    link.rel = "noopener"
    return
  }
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    show(row)
  })
}

/** Has all rows of the list do so. */
export const previewFiles = (): void => {
  document.body.append(dialog)
  dialog.addEventListener("close", () => {
    // Sound and film stop.
    stage.replaceChildren()
    if (current !== undefined) linkOf(current)?.focus()
  })
  dialog.addEventListener("keydown", (event) => {
    // Those of sound and film are theirs.
    if (event.target instanceof HTMLMediaElement) return
    if (event.key === "ArrowRight") step(1)
    if (event.key === "ArrowLeft") step(-1)
  })
  rows().forEach(previewRow)
}
