/**
 * Prepares a command line for effect/cli, which takes every word with a dash for an option and knows no value that begins
 * with one. Parsing the options themselves is left to effect/cli and flags/Descriptor.
 */
import type { Descriptor, Descriptors } from "../flags/Descriptor.ts"

/** The flags of each command, by its name. */
export type Commands = { readonly [command: string]: Descriptors }

/** A flag, as far as its place on a command line matters. */
interface Option {
  /** Whether a value follows it. */
  readonly takesValue: boolean
}

/** The flags of every command. */
const general: ReadonlyArray<readonly [word: string, option: Option]> = [
  ["--help", { takesValue: false }],
  ["-h", { takesValue: false }],
  ["--version", { takesValue: false }],
  ["-v", { takesValue: false }],
  ["--completions", { takesValue: true }],
  ["--lang", { takesValue: true }]
]

/** All options of a command, by the words for them. */
const optionsOf = (descriptors: Descriptors): ReadonlyMap<string, Option> =>
  new Map([
    ...general,
    ...Object.values(descriptors).flatMap(
      (flag: Descriptor<unknown>): ReadonlyArray<readonly [string, Option]> => [
        [`--${flag.name}`, flag],
        ...(flag.alias === undefined ? [] : [[`-${flag.alias}`, flag] as const]),
        ...(flag.takesValue ? [] : [[`--no-${flag.name}`, flag] as const])
      ]
    )
  ])

/**
 * The words, with values joined to their options where these would be taken for options (`--timeout=-1s`); and, after
 * `--cmd NAME`, with all that is no option of the command behind `--`: arguments such as `-x.txt`, wherever they stand.
 */
export const normalize = (
  args: ReadonlyArray<string>,
  commands: Commands
): ReadonlyArray<string> => {
  const [command, ...words] = args
  const descriptors = new Map(Object.entries(commands)).get(command ?? "")
  if (command === undefined || descriptors === undefined) return args
  const options = optionsOf(descriptors)
  const find = (word: string) => options.get(word.replace(/=.*$/s, ""))
  const before: Array<string> = []
  const operands: Array<string> = []
  let hasCmd = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ""
    if (word === "--") {
      operands.push(...words.slice(index + 1))
      break
    }
    const option = find(word)
    if (option === undefined && hasCmd) {
      operands.push(word)
      continue
    }
    hasCmd ||= /^--cmd(?:=|$)/.test(word)
    const next = words[index + 1]
    const isValue = next !== undefined && next !== "--" && find(next) === undefined
    if (option?.takesValue === true && !word.includes("=") && isValue) {
      before.push(...(next.startsWith("-") ? [`${word}=${next}`] : [word, next]))
      index += 1
    } else before.push(word)
  }
  return [command, ...before, ...(operands.length > 0 ? ["--", ...operands] : [])]
}
