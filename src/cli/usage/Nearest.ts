/** What a mistyped name may have meant. As effect/cli finds subcommands and flags, by a function that it does not export. */

/** How many characters have to be put in, left out or replaced to make one text of the other (Levenshtein). */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let index = 0; index < one.length; index++) {
    const next = [index + 1]
    for (let column = 1; column < row.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (one[index] === other[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The nearest of the names: one mistake away, or two in six characters. In three any name would be near any other. */
export const nearest = (name: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const most = Math.min(2, Math.floor(name.length / 3))
  const distances = names.map((candidate) => distance(name, candidate))
  const least = Math.min(...distances)
  return least > most ? [] : names.filter((_, index) => distances[index] === least)
}
