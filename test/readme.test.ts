/** README.md and README.pt-BR.md say the same, as far as a program can tell, and every flag stands in them. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./support/programs/App.ts"
import { pages, withTables } from "./support/values/FlagTables.ts"

const { en: english, pt: portuguese } = pages

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

/** One of the two pages, taken apart. */
const take = (file: string) => {
  const text = readFileSync(join(root, file), "utf8")
  const prose = text.replaceAll(fence, "")
  const headings = prose.match(/^#+ .+$/gm) ?? []
  const links = [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target)
  return {
    headings,
    levels: headings.map((heading) => heading.indexOf(" ")),
    blocks: [...text.matchAll(fence)].map(([, language = "", body = ""]) =>
      compared({ language, lines: body.split("\n") })
    ),
    /** Rows of each table, with its head; and how many columns. */
    tables: (prose.match(/(?:^\|.*\n)+/gm) ?? []).map((table) => {
      const rows = table.trimEnd().split("\n")
      return rows.map((row) => row.split("|").length - 2)
    }),
    flags: (prose.match(/--[a-z][a-z0-9-]*|\bAPP_[A-Z0-9_]+/g) ?? []).sort(),
    links: links.filter((link) => !link.startsWith("#")),
    anchors: links.filter((link) => link.startsWith("#")),
    /** The anchors that GitHub gives the headings. */
    targets: headings.map((heading) =>
      heading
        .replace(/^#+ /, "#")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s#_-]/gu, "")
        .replaceAll(" ", "-")
    ),
    section: (title: string): string =>
      prose.split(/^(?=## )/m).find((part) => part.startsWith(`## ${title}\n`)) ?? ""
  }
}

const en = take(english)
const pt = take(portuguese)

/** The flags of a command and their variables, from its help, without those that every command has. */
const flagsOf = (command: string) => {
  const { stdout } = spawnSync(process.execPath, ["src/main.ts", command, "--help"], {
    cwd: root,
    encoding: "utf8",
    env: { LANG: "en_US.UTF-8" }
  })
  const [own = ""] = stdout.split(/^GLOBAL FLAGS$/m)
  return own
    .split(/^(?= {2,6}(?:-\w, )?--)/m)
    .slice(1)
    .map((text) => ({
      flag: /--[a-z0-9-]+/.exec(text)?.[0] ?? "",
      variable: /\[(APP_[A-Z0-9_]+)/.exec(text)?.[1]
    }))
}

describe("the two READMEs", () => {
  it("have headings of the same levels", () => {
    assert.isAbove(en.levels.length, 1)
    assert.deepStrictEqual(pt.levels, en.levels)
  })
  it("have the same code and the same transcripts", () => {
    assert.isAbove(en.blocks.length, 1)
    assert.deepStrictEqual(pt.blocks, en.blocks)
  })
  it("have tables of the same shape", () => {
    assert.isAbove(en.tables.length, 1)
    assert.deepStrictEqual(pt.tables, en.tables)
  })
  it("name the same flags and variables, as often", () => {
    assert.deepStrictEqual(pt.flags, en.flags)
  })
  it("have the same links, and none that leads nowhere", () => {
    const across = pt.links.map((link) => (link === english ? portuguese : link))
    assert.deepStrictEqual(across, en.links)
    assert.strictEqual(pt.anchors.length, en.anchors.length)
    for (const { anchors, links, targets } of [en, pt]) {
      for (const anchor of anchors) assert.include(targets, anchor)
      for (const link of links)
        if (!link.includes(":")) assert.isTrue(existsSync(join(root, link)), link)
    }
  })
})

describe.each(["serve", "client"])("app %s", (command) => {
  const flags = flagsOf(command)
  it.each([
    { file: english, page: en },
    { file: portuguese, page: pt }
  ])("has every flag in $file, with its variable", ({ page }) => {
    const rows = page
      .section(`\`app ${command}\``)
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((row) => row.split("|"))
    assert.isAbove(flags.length, 1)
    for (const { flag, variable } of flags) {
      const row = rows.find(([, first = ""]) => new RegExp(`\`${flag}[\` ]`).test(first))
      assert.isDefined(row, flag)
      const variables = row?.[2]?.match(/APP_[A-Z0-9_]+/g) ?? []
      if (variable === undefined) assert.deepStrictEqual(variables, [], flag)
      else assert.include(variables, variable, flag)
    }
  })
})

describe.each(["en", "pt"] as const)("the tables of flags, in %s", (language) => {
  it("say of every flag what its descriptor says; `npm run readme` writes them", () => {
    const page = readFileSync(join(root, pages[language]), "utf8")
    assert.include(page, "--host")
    assert.strictEqual(page, withTables(page, language))
  })
})
