/** A prompt to choose from a list with the arrows or by typing, which Esc leaves. What is shown is Choices'. */
import { Effect, Option, Terminal } from "effect"
import { Prompt } from "effect/cli"
import {
  type Choice,
  type Choices,
  frame,
  makeChoices,
  move,
  pageSize,
  type Texts,
  withQuery
} from "./Choices.ts"

/** Whether the terminal takes colours (no-color.org; a dumb terminal has none). */
const hasColors = process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb"

const colored = (text: string, code: number): string =>
  hasColors ? `\x1b[${code}m${text}\x1b[0m` : text

const cyan = 36
const green = 32

/** Erases so many lines, from the current one upwards. */
const erase = (lines: number): string =>
  `${Array.from({ length: lines }, () => "\x1b[2K").join("\x1b[1A")}\r`

type Action<A> = Prompt.Action<Choices<A>, A | undefined>

const next = <A>(state: Choices<A>): Action<A> => ({ _tag: "NextFrame", state })

const beep = { _tag: "Beep" } as const

/** What a key does. */
const actionOf = <A>(
  { input, key: { ctrl, meta, name } }: Terminal.UserInput,
  choices: Choices<A>,
  page: number,
  canLeave: boolean
): Action<A> => {
  const all = choices.matching.length
  switch (name) {
    case "up":
      return next(move(choices, -1, true))
    case "down":
    case "tab":
      return next(move(choices, 1, true))
    case "pageup":
      return next(move(choices, -page, false))
    case "pagedown":
      return next(move(choices, page, false))
    case "home":
      return next(move(choices, -all, false))
    case "end":
      return next(move(choices, all, false))
    case "backspace":
      return choices.query === ""
        ? beep
        : next(withQuery(choices, Array.from(choices.query).slice(0, -1).join("")))
    case "return":
    case "enter": {
      const chosen = choices.matching[choices.cursor]
      return chosen === undefined ? beep : { _tag: "Submit", value: chosen.value }
    }
    case "escape":
      if (choices.query !== "") return next(withQuery(choices, ""))
      return canLeave ? { _tag: "Submit", value: undefined } : beep
  }
  if (ctrl && name === "u") return next(withQuery(choices, ""))
  const typed = Option.getOrElse(input, () => "")
  // No control character is part of a name as it is shown.
  return ctrl || meta || typed === "" || /\p{Cc}/u.test(typed)
    ? beep
    : next(withQuery(choices, choices.query + typed))
}

/** Asks a person to choose; `undefined` after Esc, where `canLeave`. Esc first clears what was typed. */
export const choose = <A>(
  choices: ReadonlyArray<Choice<A>>,
  texts: Texts,
  canLeave: boolean
): Prompt.Prompt<A | undefined> => {
  let shown = 0
  const look = (state: Choices<A>) =>
    Effect.gen(function* () {
      const terminal = yield* Terminal.Terminal
      // A terminal that does not know its size says 0.
      const columns = (yield* terminal.columns) || 80
      const rows = (yield* terminal.rows) || 24
      return frame(state, texts, columns, rows)
    })
  return Prompt.Custom<Choices<A>, A | undefined>(makeChoices(choices), {
    render: (state, action) =>
      Effect.gen(function* () {
        if (action._tag === "Beep") return "\x07"
        if (action._tag === "Submit") {
          const chosen = action.value === undefined ? undefined : state.matching[state.cursor]
          if (chosen === undefined) return ""
          const { lines } = yield* look({ ...state, matching: [chosen], cursor: 0, all: [chosen] })
          const title = (lines[1] ?? "").slice(2)
          return `${colored(">", green)} ${texts.message} ${colored(title, green)}\n`
        }
        const { lines, selected } = yield* look(action.state)
        shown = lines.length
        const text = lines.map((line, index) => (index === selected ? colored(line, cyan) : line))
        return `\x1b[?25l${text.join("\n")}`
      }),
    process: (input, state) =>
      Effect.gen(function* () {
        const { rows } = yield* Terminal.Terminal
        return actionOf(input, state, pageSize(yield* rows), canLeave)
      }),
    clear: () => Effect.sync(() => erase(shown))
  })
}
