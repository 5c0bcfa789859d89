/**
 * What a person has typed and selected in a list of choices, and the lines that show it. Keys and terminals are left to
 * ChoicePrompt.
 */
import { cutMiddle } from "../progress/Layout.ts"

/** A choice: what is shown, on one line, and what it stands for. */
export interface Choice<A> {
  readonly title: string
  readonly value: A
}

/** A list in which a person chooses. */
export interface Choices<A> {
  readonly all: ReadonlyArray<Choice<A>>
  /** The titles as they are compared with what is typed. */
  readonly folded: ReadonlyArray<string>
  readonly query: string
  readonly matching: ReadonlyArray<Choice<A>>
  /** The position of the selected one in `matching`. */
  readonly cursor: number
}

/** Without case and accents: `marco` finds `Março`. */
const fold = (text: string): string =>
  text
    .normalize("NFD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()

/** All choices, the first of them selected. */
export const makeChoices = <A>(all: ReadonlyArray<Choice<A>>): Choices<A> => ({
  all,
  folded: all.map(({ title }) => fold(title)),
  query: "",
  matching: all,
  cursor: 0
})

/** Those that contain what was typed; the selected one stays selected if it is among them. */
export const withQuery = <A>(choices: Choices<A>, query: string): Choices<A> => {
  const folded = fold(query)
  const matching = choices.all.filter(
    (_, index) => choices.folded[index]?.includes(folded) === true
  )
  const selected = choices.matching[choices.cursor]
  const cursor = selected === undefined ? -1 : matching.indexOf(selected)
  return { ...choices, query, matching, cursor: Math.max(0, cursor) }
}

/** Selects another one: so many further down, round the ends where `wraps`. */
export const move = <A>(choices: Choices<A>, by: number, wraps: boolean): Choices<A> => {
  const count = choices.matching.length
  if (count === 0) return choices
  const wanted = choices.cursor + by
  const cursor = wraps ? (wanted + count) % count : Math.min(count - 1, Math.max(0, wanted))
  return { ...choices, cursor }
}

/** The texts of a prompt. */
export interface Texts {
  readonly message: string
  readonly filter: string
  readonly placeholder: string
  /** Shown where nothing matches. */
  readonly nothing: string
}

/** How many choices are shown at a time. */
const mostShown = 10

/** How many choices fit below the question, and above a free line, on so many rows. */
export const pageSize = (rows: number): number => Math.max(1, Math.min(mostShown, rows - 2))

/** The lines to show, none wider than the columns; `selected` is the line of the selected choice. */
export const frame = <A>(
  { cursor, matching, query, all }: Choices<A>,
  texts: Texts,
  columns: number,
  rows: number
): { readonly lines: ReadonlyArray<string>; readonly selected: number | undefined } => {
  const width = Math.max(1, columns - 1)
  const count =
    matching.length === all.length ? `(${all.length})` : `(${matching.length}/${all.length})`
  const typed = `[${texts.filter}: ${query === "" ? texts.placeholder : query}]`
  const question = `? ${texts.message} ${typed} ${count}`
  const short = `? ${texts.message} ${query} ${count}`
  const header = cutMiddle(question.length <= width ? question : short, width)
  if (matching.length === 0) {
    return { lines: [header, cutMiddle(texts.nothing, width)], selected: undefined }
  }
  const size = pageSize(rows)
  const first = Math.max(0, Math.min(matching.length - size, cursor - Math.floor(size / 2)))
  const shown = matching.slice(first, first + size)
  return {
    lines: [
      header,
      ...shown.map(
        ({ title }, index) =>
          `${index + first === cursor ? ">" : " "} ${cutMiddle(title, width - 2)}`
      )
    ],
    selected: cursor - first + 1
  }
}
