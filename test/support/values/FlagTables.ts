/** The tables of flags in the READMEs, as the flags' descriptors have them. */
import { clientFlags } from "../../../src/cli/client/ClientFlags.ts"
import type { Descriptors } from "../../../src/cli/flags/Descriptor.ts"
import type { Language } from "../../../src/cli/Language.ts"
import { serveFlags } from "../../../src/cli/serve/ServeFlags.ts"

/** The two pages. */
export const pages: { readonly [L in Language]: string } = {
  en: "README.md",
  pt: "README.pt-BR.md"
}

const heads = {
  en: ["Flag", "Variable", "Default", ""],
  pt: ["Opção", "Variável", "Padrão", ""]
}

/** A row; a cell with nothing in it is one space wide. */
const row = (cells: ReadonlyArray<string>): string =>
  `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|\n`

const tableOf = (flags: Descriptors, language: Language): string =>
  [
    row(heads[language]),
    "|---|---|---|---|\n",
    ...Object.values(flags).map(({ alias, name, readme, variable }) =>
      row([
        `${alias === undefined ? "" : `\`-${alias}\`, `}\`--${[name, readme.operands[language]].filter((word) => word !== "").join(" ")}\``,
        variable === undefined ? "" : `\`${variable}\``,
        readme.default[language],
        readme.text[language]
      ])
    )
  ].join("")

/** The page, with the first table below each command's heading as that command's descriptors have it. */
export const withTables = (page: string, language: Language): string =>
  Object.entries({ serve: serveFlags, client: clientFlags }).reduce(
    (text, [command, flags]) =>
      text.replace(new RegExp(`(?<=^## \`app ${command}\`\n[^|]*?)(?:^\\|.*\n)+`, "m"), () =>
        tableOf(flags, language)
      ),
    page
  )
