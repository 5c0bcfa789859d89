/** The words of the command line before effect/cli reads them. */

/**
 * Joins a flag and a value that begins with a dash and a digit, as in `--idle-timeout -1s`: effect/cli would read the
 * value as flags of one letter. A number alone it takes as a value by itself.
 */
export const joinValues = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = args.indexOf("--")
  const flags = end === -1 ? args : args.slice(0, end)
  const joined = flags.flatMap((word, index) => {
    if (/^-\d/.test(word) && takesValue(flags[index - 1])) return []
    const next = flags[index + 1]
    return next !== undefined && /^-\d/.test(next) && takesValue(word)
      ? [`${word}=${next}`]
      : [word]
  })
  return end === -1 ? joined : [...joined, ...args.slice(end)]
}

const takesValue = (word: string | undefined): boolean =>
  word !== undefined && /^(?:--[a-z][^=]*|-[a-zA-Z])$/.test(word)
