/** `npm run readme`: writes the READMEs' tables of flags, as the flags' descriptors have them. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pages, withTables } from "../values/FlagTables.ts"
import { root } from "./App.ts"

for (const language of ["en", "pt"] as const) {
  const page = join(root, pages[language])
  writeFileSync(page, withTables(readFileSync(page, "utf8"), language))
}
