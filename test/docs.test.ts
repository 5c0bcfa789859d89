/**
 * Pages that walk through the source name files that are there, and both languages the same ones in the same order. No
 * shell program of a page escapes from being run, but with a reason.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { blocks, isMarked, notRun, pages } from "./support/values/ShellBlocks.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Every file of TypeScript that a page names in backticks, as it is written there. */
const filesIn = (page: string): ReadonlyArray<string> =>
  [...readFileSync(join(root, page), "utf8").matchAll(/`([\w./-]+\.ts)`/g)].map(
    ([, file = ""]) => file
  )

/** A file is named from `src`, or from the top. */
const isThere = (file: string): boolean =>
  existsSync(join(root, "src", file)) || existsSync(join(root, file))

describe("a page about the source", () => {
  for (const page of ["docs/architecture.md", "docs/architecture.pt-BR.md", "CONTRIBUTING.md"]) {
    it(`${page} names only files that are there`, () => {
      const files = filesIn(page)
      assert.isAbove(files.length, 5)
      assert.deepStrictEqual(
        files.filter((file) => !isThere(file) && !/^[A-Z]\w+\.ts$/.test(file)),
        []
      )
    })
  }

  it("names the same files in both languages", () => {
    assert.deepStrictEqual(filesIn("docs/architecture.pt-BR.md"), filesIn("docs/architecture.md"))
  })
})

describe("a shell program of a page", () => {
  it("is known by its page and its first line", () => {
    assert.isAbove(blocks.length, 15)
    assert.deepStrictEqual(
      [...new Set(blocks.map(({ key }) => key))],
      blocks.map(({ key }) => key)
    )
  })

  it("is a block of `sh`, by which it is found", () => {
    for (const page of pages) {
      const text = readFileSync(join(root, page), "utf8")
      const fences = text.match(/^[ \t]*(?:`{3,}|~{3,}) *(?:sh|bash|shell|zsh)\b/gim) ?? []
      assert.lengthOf(fences, blocks.filter((block) => block.page === page).length, page)
    }
  })

  it("that is not run is still there, and is run by nothing else", () => {
    const unmarked = blocks.filter((block) => !isMarked(block)).map(({ key }) => key)
    assert.deepStrictEqual(
      [...notRun.keys()].filter((key) => !unmarked.includes(key)),
      []
    )
  })

  it("that is not run has a reason that names only tests that are there", () => {
    for (const reason of notRun.values()) {
      for (const [file] of reason.matchAll(/\btest\/[\w./-]*\w/g))
        assert.isTrue(existsSync(join(root, file)), file)
    }
  })

  it("that is marked is one of docs/clients.md, which is run whole", () => {
    assert.deepStrictEqual(
      [...new Set(blocks.filter(isMarked).map(({ page }) => page))],
      ["docs/clients.md"]
    )
  })
})
