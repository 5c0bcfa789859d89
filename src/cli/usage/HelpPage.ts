/**
 * The page that `--help` prints: its sections, in the person's language, wrapped to a width. Where the page comes from
 * and goes to: Help.
 */
import { Context, Option } from "effect"
import { CliOutput, type HelpDoc } from "effect/cli"
import type { Messages } from "../Messages.ts"

/** A heading and the lines below it: what stands on the left, and what is said of it. */
export interface Section {
  readonly heading: string
  readonly rows: ReadonlyArray<Row>
}

type Row = readonly [left: string, text: string]

/** How a command's page is laid out beyond what effect/cli knows of the command. */
export interface Layout {
  /** The headings for its flags, by the flags' names; a flag that none of them names has the general heading. */
  readonly groups: ReadonlyArray<{ readonly heading: string; readonly flags: ReadonlySet<string> }>
  /** Further sections, before those of the flags. */
  readonly sections: ReadonlyArray<Section>
}

/** The layout of a command, as an annotation of it. */
export const Layout = Context.Reference<Layout>("sockets/cli/usage/HelpPage/Layout", {
  defaultValue: () => ({ groups: [], sections: [] })
})

/** The text in lines of at most this width, in columns; a longer word has a line of its own. */
const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const line = lines.at(-1)
    if (line !== undefined && CliOutput.displayWidth(`${line} ${word}`) <= width) {
      lines[lines.length - 1] = `${line} ${word}`
    } else lines.push(word)
  }
  return lines
}

/** The widest that the left side of a row may be without having a line of its own, in columns. */
const widestLeft = 32

/** Narrower texts beside the left side would be hard to read: they stand below it. */
const narrowestText = 30

const rowsOf = (rows: ReadonlyArray<Row>, width: number): ReadonlyArray<string> => {
  const widths = rows.map(([left]) => CliOutput.displayWidth(left))
  const column = Math.max(6, ...widths.filter((each) => each <= widestLeft)) + 4
  const isBeside = width - column >= narrowestText
  const indent = isBeside ? column : 6
  return rows.flatMap(([left, text], index) => {
    const lines = wrap(text, width - indent)
    const below = lines.map((line) => " ".repeat(indent) + line)
    const leftWidth = widths[index] ?? 0
    if (!isBeside || leftWidth > widestLeft) return [`  ${left}`, ...below]
    const [first = "", ...rest] = lines
    return [
      `  ${left}${" ".repeat(column - 2 - leftWidth)}${first}`.trimEnd(),
      ...rest.map((line) => " ".repeat(indent) + line)
    ]
  })
}

const flagRow = ({ aliases, description, name, type }: HelpDoc.FlagDoc): Row => {
  const names = [...aliases, `--${name}`].join(", ")
  const left = aliases.length === 0 ? `    ${names}` : names
  return [
    type === "boolean" ? left : `${left} ${type}`,
    // effect/cli adds the choices in English (internal/command.ts); the type says them already.
    Option.getOrElse(description, () => "").replace(/ ?\(choices: [^)]*\)$/, "")
  ]
}

const flagSections = (
  doc: HelpDoc.HelpDoc,
  { groups }: Layout,
  general: string
): ReadonlyArray<Section> => {
  const rest = doc.flags.filter(({ name }) => groups.every(({ flags }) => !flags.has(name)))
  return [
    ...groups.map(({ flags, heading }) => ({
      heading,
      rows: doc.flags.filter(({ name }) => flags.has(name)).map(flagRow)
    })),
    { heading: general, rows: rest.map(flagRow) }
  ]
}

const usageOf = (
  { args = [], commandPath = [], flags, subcommands = [] }: HelpDoc.HelpDoc,
  { help }: Messages
): string =>
  [
    ...commandPath,
    ...(subcommands.length > 0 ? [help.usage.command] : []),
    ...(flags.length > 0 || subcommands.length > 0 ? [help.usage.flags] : []),
    ...args.map(({ name, variadic }) => (variadic ? `[${name} …]` : `[${name}]`))
  ].join(" ")

/** The page of a command, in lines of at most this width, in columns. `strong` marks headings. */
export const helpPage = (
  doc: HelpDoc.HelpDoc,
  messages: Messages,
  width: number,
  strong: (heading: string) => string
): string => {
  const { headings } = messages.help
  const layout = Context.get(doc.annotations, Layout)
  const section = ({ heading, rows }: Section): ReadonlyArray<string> =>
    rows.length === 0 ? [] : [[strong(heading), ...rowsOf(rows, width)].join("\n")]
  const indented = (heading: string, text: string): string =>
    [strong(heading), ...wrap(text, width - 2).map((line) => `  ${line}`)].join("\n")
  return [
    indented(headings.description, doc.description),
    indented(headings.usage, usageOf(doc, messages)),
    ...section({
      heading: headings.arguments,
      rows: (doc.args ?? []).map(({ description, name }) => [
        name,
        Option.getOrElse(description, () => "")
      ])
    }),
    ...section({
      heading: headings.commands,
      rows: (doc.subcommands ?? []).flatMap(({ commands }) =>
        commands.map(({ description, name }): Row => [name, description])
      )
    }),
    ...layout.sections.flatMap(section),
    ...flagSections(doc, layout, headings.flags).flatMap(section),
    ...section({ heading: headings.generalFlags, rows: (doc.globalFlags ?? []).map(flagRow) }),
    ...section({
      heading: headings.examples,
      rows: (doc.examples ?? []).map(({ command, description = "" }) => [command, description])
    })
  ].join("\n\n")
}
