/** Compares files on the reader's disk with those of the list, by their SHA-256; none of them is sent anywhere. */
import { append, find, isFile, linkOf, nameOf, rows, text } from "./Page.ts"
import { Sha256 } from "./Sha256.ts"

/** What browsers put into the name of a file that was downloaded twice. */
const again = / ?\(\d+\)(?=\.[^.]*$|$)/

/** The name itself, and as it was before the browser made it unique. */
const rowOf = (name: string): HTMLTableRowElement | undefined => {
  const files = rows().filter(isFile)
  return [name, name.replace(again, "")]
    .map((wanted) => files.find((row) => `/${nameOf(row)}`.endsWith(`/${wanted}`)))
    .find((row) => row !== undefined)
}

const digestOf = async (file: File, onProgress: (part: number) => void): Promise<string> => {
  const hash = new Sha256()
  const reader = file.stream().getReader()
  for (let done = 0; ;) {
    const { value } = await reader.read()
    if (value === undefined) return hash.digest()
    hash.update(value)
    done += value.length
    onProgress(done / file.size)
  }
}

const serverDigest = async (href: string): Promise<string | undefined> => {
  const answer = await fetch(`${href}?sha256`)
  if (!answer.ok) throw new Error(String(answer.status))
  return /[0-9a-f]{64}/.exec(await answer.text())?.[0]
}

const check = async (file: File, list: HTMLElement): Promise<void> => {
  const item = append(list, "li")
  const say = (result: string, state = ""): void => {
    item.textContent = `${file.name}: ${result}`
    item.className = state
  }
  const row = rowOf(file.name)
  const link = row === undefined ? undefined : linkOf(row)?.href
  if (link === undefined) return say(text("checkUnknown"), "bad")
  try {
    let told = -1
    const [theirs, ours] = await Promise.all([
      serverDigest(link),
      digestOf(file, (part) => {
        const percent = Math.floor(part * 10) * 10
        if (percent > told) say(`${text("checking")} ${percent} %`)
        told = percent
      })
    ])
    say(theirs === ours ? text("checkGood") : text("checkBad"), theirs === ours ? "good" : "bad")
  } catch {
    say(text("checkFailed"), "bad")
  }
}

/** One after the other: reading two at once would be no faster. */
const checkAll = async (files: ReadonlyArray<File>, list: HTMLElement): Promise<void> => {
  list.replaceChildren()
  for (const file of files) await check(file, list)
}

/** Lets files be chosen, and dropped anywhere on the page. */
export const checkFiles = (): void => {
  const section = find("conferir", HTMLElement)
  const list = find("conferidos", HTMLElement)
  const input = find("disco", HTMLInputElement)
  if (section === undefined || list === undefined || input === undefined) return
  section.hidden = false
  input.addEventListener("change", () => void checkAll([...(input.files ?? [])], list))
  document.addEventListener("dragover", (event) => event.preventDefault())
  document.addEventListener("drop", (event) => {
    event.preventDefault()
    section.scrollIntoView()
    void checkAll([...(event.dataTransfer?.files ?? [])], list)
  })
}
