/** Pages that walk through the source name files that are there, and both languages the same ones in the same order. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

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
