/** `npm run readme`: writes the tables of flags in docs, as the flags' descriptors have them. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pages, withTable } from "../values/FlagTables.ts"
import { root } from "./App.ts"

for (const command of ["serve", "client"] as const) {
  for (const language of ["en", "pt"] as const) {
    const page = join(root, pages[command][language])
    writeFileSync(page, withTable(readFileSync(page, "utf8"), command, language))
  }
}
