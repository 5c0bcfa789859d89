/** The tables of flags in the pages of docs, as the flags' descriptors have them. */
import { clientFlags } from "../../../src/cli/client/ClientFlags.ts"
import type { Descriptors } from "../../../src/cli/flags/Descriptor.ts"
import type { Language } from "../../../src/cli/Language.ts"
import { serveFlags } from "../../../src/cli/serve/ServeFlags.ts"

/** The pages with the tables, by the command and the language. */
export const pages: {
  readonly [Command in "serve" | "client"]: { readonly [L in Language]: string }
} = {
  serve: { en: "docs/serve.md", pt: "docs/serve.pt-BR.md" },
  client: { en: "docs/client.md", pt: "docs/client.pt-BR.md" }
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
    ...Object.values(flags).map(({ alias, name, readme, variable }) => {
      const cells = readme()
      return row([
        `${alias === undefined ? "" : `\`-${alias}\`, `}\`--${[name, cells.operands[language]].filter((word) => word !== "").join(" ")}\``,
        variable === undefined ? "" : `\`${variable}\``,
        cells.default[language],
        cells.text[language]
      ])
    })
  ].join("")

const flagsOf: { readonly [Command in keyof typeof pages]: Descriptors } = {
  serve: serveFlags,
  client: clientFlags
}

/** The page of a command, with its first table as the command's descriptors have it. */
export const withTable = (page: string, command: keyof typeof pages, language: Language): string =>
  page.replace(/(?:^\|.*\n)+/m, () => tableOf(flagsOf[command], language))
