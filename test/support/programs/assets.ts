/**
 * `npm run assets`: builds what the page has in the browser (src/http/page/browser) into src/http/page/BrowserAssets.ts,
 * where it is text, so that the program is one file and also runs from its source. test/http/page/Assets.test.ts says
 * when that was forgotten.
 */
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const at = (path: string): string =>
  fileURLToPath(new URL(`../../../src/http/page/${path}`, import.meta.url))

/** The built file. */
export const built = at("BrowserAssets.ts")

const script = async (): Promise<string> => {
  const bundle = await rolldown({ input: at("browser/main.ts"), platform: "browser" })
  const { output } = await bundle.generate({ format: "iife", minify: true })
  await bundle.close()
  return output[0].code
}

/** CSS without what only its readers need: comments, and white space around what separates. */
const style = (): string =>
  readFileSync(at("browser/page.css"), "utf8")
    .replaceAll(/\/\*.*?\*\//gs, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{};,>]) ?/g, "$1")
    .replaceAll(/(?<=[{;][\w-]+): /g, ":")
    .replaceAll(";}", "}")
    .trim()

const constant = (name: string, doc: string, text: string): string => {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16)
  return `
/** ${doc} */
export const ${name}: Built = {
  digest: ${JSON.stringify(digest)},
  text: ${JSON.stringify(text)}
}
`
}

/** What the built file is to hold. */
export const build = async (): Promise<string> =>
  `/** Built by \`npm run assets\` from what is in browser/: change that, and build it anew. */

/** A file for the browser. */
export interface Built {
  /** The beginning of the SHA-256 of the text, 16 hexadecimal digits. */
  readonly digest: string
  readonly text: string
}
`
  + constant(
    "script",
    "browser/main.ts and what it imports, as one classic script.",
    await script()
  )
  + constant("style", "browser/page.css.", style())
  + constant("icon", "browser/icon.svg.", readFileSync(at("browser/icon.svg"), "utf8").trim())

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(built, await build())
