/**
 * Writes the manual page from the flags' descriptors and the catalogs: `man app` in English, and in Portuguese in a
 * folder of its own, as man(1) looks for it. The folder is the first argument. Part of `npm run build`.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import packageJson from "../package.json" with { type: "json" }
import { clientGroups } from "../src/cli/client/ClientFlags.ts"
import { lang } from "../src/cli/flags/Common.ts"
import { type Descriptor, type Descriptors, groupsOf } from "../src/cli/flags/Descriptor.ts"
import type { Language } from "../src/cli/Language.ts"
import { messages as catalogs } from "../src/cli/Messages.ts"
import { serveGroups } from "../src/cli/serve/ServeFlags.ts"

/** Text of man(7): a backslash and a dash are escaped, and no line begins with a control character. */
const text = (plain: string): string =>
  plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/, "\\&")

const bold = (plain: string): string => `\\fB${text(plain)}\\fR`

const item = (term: string, plain: string): string => `.TP\n${term}\n${text(plain)}`

const flag = (
  { alias, description, name, placeholder }: Descriptor<unknown>,
  language: Language
): string =>
  item(
    [
      ...(alias === undefined ? [] : [`${bold(`-${alias}`)},`]),
      bold(`--${name}`),
      ...(placeholder === undefined ? [] : [`\\fI${text(placeholder[language])}\\fR`])
    ].join(" "),
    `${description(language)}.`
  )

const manual = (language: Language): string => {
  const { help } = catalogs[language]
  const { headings, manual } = help
  const groups = (all: { readonly [name: string]: Descriptors }): ReadonlyArray<string> =>
    groupsOf(all, help.groups).flatMap(({ heading, flags }) => [
      `.SS ${text(heading)}`,
      ...Object.values(all)
        .flatMap((each) => Object.values<Descriptor<unknown>>(each))
        .filter(
          ({ name }, index, every) =>
            flags.has(name) && every.findIndex((one) => one.name === name) === index
        )
        .map((each) => flag(each, language))
    ])
  return [
    `.TH APP 1 "" "${packageJson.name} ${packageJson.version}"`,
    `.SH ${manual.name}`,
    `app \\- ${text(manual.summary)}`,
    `.SH ${headings.usage}`,
    `${bold("app serve")} ${text(`${help.usage.flags} [${help.folderArgument}]`)}`,
    ".br",
    `${bold("app client")} ${text(`${help.usage.flags} [${help.argument} …]`)}`,
    `.SH ${headings.description}`,
    text(help.app),
    `.SH ${text(headings.serverCommands)}`,
    ...help.serverCommands.map(([command, plain]) => item(bold(command), `${plain}.`)),
    ".SH APP SERVE",
    text(help.serve),
    ...groups(serveGroups),
    ".SH APP CLIENT",
    text(help.client),
    ...groups(clientGroups),
    `.SH ${headings.generalFlags}`,
    flag(lang, language),
    `.SH ${manual.exitCodes}`,
    ...help.exitCodes.map(([code, plain]) => item(bold(code), plain)),
    `.SH ${manual.seeAlso}`,
    text("redis-cli(1), curl(1)"),
    ""
  ].join("\n")
}

const folder = process.argv[2] ?? "dist/man"

for (const [file, language] of [
  ["app.1", "en"],
  ["pt_BR/app.1", "pt"]
] as const) {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, manual(language))
}
