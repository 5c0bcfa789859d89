/** README.md and the pages of docs say the same in both languages, as far as a program can tell; every link leads somewhere. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { fileURLToPath } from "node:url"
import { pages, withTable } from "./support/values/FlagTables.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

interface Block {
  readonly language: string
  readonly lines: ReadonlyArray<string>
}

const fence = /^```(\S*).*\n([^]*?)^```$/gm

/** What is compared of a code block: a transcript as it is, a program without its comments. */
const compared = ({ language, lines }: Block): Block => ({
  language,
  lines:
    language === "console"
      ? lines
      : lines
          .filter((line) => !/^\s*(?:#|\/\/)/.test(line))
          // A comment at the end of a line: behind two spaces or more, as in the tree of folders, or behind its sign.
          .map((line) => line.replace(/(?<=\S)(?: {2,}| (?:#|\/\/) ).*$/, ""))
})

/** The anchors that GitHub gives the headings of a page. */
const anchorsOf = (headings: ReadonlyArray<string>): ReadonlyArray<string> =>
  headings.map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-")
  )

/** A page, taken apart. */
const take = (file: string) => {
  const text = readFileSync(join(root, file), "utf8")
  const prose = text.replaceAll(fence, "")
  const headings = prose.match(/^#+ .+$/gm) ?? []
  return {
    file,
    lines: text.split("\n").length,
    levels: headings.map((heading) => heading.indexOf(" ")),
    anchors: anchorsOf(headings),
    blocks: [...text.matchAll(fence)].map(([, language = "", body = ""]) =>
      compared({ language, lines: body.split("\n") })
    ),
    /** How many columns each row of each table has. */
    tables: (prose.match(/(?:^\|.*\n)+/gm) ?? []).map((table) => {
      const rows = table.trimEnd().split("\n")
      return rows.map((row) => row.split("|").length - 2)
    }),
    flags: (prose.match(/--[a-z][a-z0-9-]*|\bAPP_[A-Z0-9_]+/g) ?? []).sort(),
    links: [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target)
  }
}

type Page = ReturnType<typeof take>

const markdownIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => normalize(join(folder, name)))

const all: ReadonlyMap<string, Page> = new Map(
  [".", "docs", "docs/decisions", "deploy"]
    .flatMap(markdownIn)
    .map((file) => [file, take(file)] as const)
)

const page = (file: string): Page => all.get(file) ?? assert.fail(file)

const portugueseOf = (file: string): string => file.replace(/\.md$/, ".pt-BR.md")

/** The pages that are there in both languages. */
const both = [...all.keys()].filter((file) => all.has(portugueseOf(file)))

/** A link without its anchor, which is in the page's language, and to the English page. */
const neutral = (link: string): string => link.replace(/#.*$/, "").replace(".pt-BR.md", ".md")

describe.each(both)("%s and the page in Portuguese", (file) => {
  const en = page(file)
  const pt = page(portugueseOf(file))
  it("have headings of the same levels", () => assert.deepStrictEqual(pt.levels, en.levels))
  it("have the same code and the same transcripts", () =>
    assert.deepStrictEqual(pt.blocks, en.blocks))
  it("have tables of the same shape", () => assert.deepStrictEqual(pt.tables, en.tables))
  it("name the same flags and variables, as often", () =>
    assert.deepStrictEqual(pt.flags, en.flags))
  it("have the same links", () =>
    assert.deepStrictEqual(pt.links.map(neutral), en.links.map(neutral)))
})

describe("the READMEs", () => {
  it("have fewer than 150 lines each", () => {
    for (const file of ["README.md", "README.pt-BR.md"]) assert.isBelow(page(file).lines, 150)
  })
  it("are followed by lists of all pages of docs", () => {
    for (const list of ["docs/README.md", "docs/README.pt-BR.md"]) {
      const listed = new Set(page(list).links.map(neutral))
      for (const file of markdownIn("docs")) {
        if (!file.includes("README"))
          assert.isTrue(listed.has(neutral(file.slice("docs/".length))), file)
      }
    }
  })
})

describe("a link", () => {
  it.each([...all.values()])(
    "of $file leads to a file that is there, and to a heading of it",
    (from) => {
      for (const link of from.links) {
        if (/^\w+:/.test(link)) continue
        const [path = "", anchor] = link.split("#")
        const target = path === "" ? from.file : normalize(join(dirname(from.file), path))
        assert.isTrue(existsSync(join(root, target)), link)
        if (anchor !== undefined) assert.include(page(target).anchors, anchor, link)
      }
    }
  )
})

describe.each(["serve", "client"] as const)("the table of flags of app %s", (command) => {
  it.each(["en", "pt"] as const)(
    "is in %s what its descriptors make; `npm run readme` writes it",
    (language) => {
      const text = readFileSync(join(root, pages[command][language]), "utf8")
      assert.include(text, "--host")
      assert.strictEqual(text, withTable(text, command, language))
    }
  )
})
