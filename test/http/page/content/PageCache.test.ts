/** A page is written again as soon as anything that stands on it is another, and only then. */
import { assert, describe, it } from "@effect/vitest"
import { makePageCache, type PageContent } from "../../../../src/http/page/content/PageCache.ts"
import { fillGap, gap, markup } from "../../../../src/http/page/Html.ts"
import { pageQuery } from "../../../../src/http/page/PageQuery.ts"
import type { FolderEntry } from "../../../../src/services/files/FileStore.ts"
import { fileName } from "../../../support/values/Names.ts"

const file = { kind: "file", name: fileName("p/a"), size: 1, modified: 2, version: "v" } as const
const folder = {
  kind: "folder",
  name: fileName("p/a"),
  modified: 2,
  id: "1",
  isListedElsewhere: false
} as const
const readme = { name: fileName("p/README.md"), text: "leia", isCut: false }
const page = pageQuery(fileName("p"), () => undefined, undefined)

const contentOf = (entries: ReadonlyArray<FolderEntry>): PageContent => ({
  page,
  shown: { entries, next: "n" },
  readme
})

describe("a page that is kept", () => {
  it("is written anew for whatever stands on it", () => {
    const content = contentOf([folder, file])
    const others: ReadonlyArray<PageContent> = [
      contentOf([]),
      contentOf([folder]),
      contentOf([file, file]),
      contentOf([folder, folder]),
      contentOf([folder, file, file]),
      contentOf([folder, { ...file, name: fileName("p/b") }]),
      contentOf([folder, { ...file, size: 2 }]),
      contentOf([folder, { ...file, modified: 3 }]),
      contentOf([{ ...folder, modified: undefined }, file]),
      { ...content, shown: { ...content.shown, next: undefined } },
      { ...content, readme: undefined },
      { ...content, readme: { ...readme, text: "releia" } },
      { ...content, readme: { ...readme, name: fileName("p/LEIAME.md") } },
      { ...content, readme: { ...readme, isCut: true } },
      { ...content, page: { ...page, language: page.language === "pt" ? "en" : "pt" } },
      { ...content, page: { ...page, after: "p/" } },
      { ...content, page: { ...page, folder: "" } }
    ]
    for (const other of others) {
      let count = 0
      const written = makePageCache(() => markup`${count++}: ${gap}.`.toString())
      const write = (content: PageContent) => fillGap(written(content), "a&b")
      assert.strictEqual(write(content), "0: a&amp;b.")
      assert.strictEqual(
        write(contentOf([{ ...folder }, { ...file, version: "w" }])),
        "0: a&amp;b."
      )
      assert.strictEqual(write(other), "1: a&amp;b.", JSON.stringify(other))
      assert.strictEqual(write({ ...other }), "1: a&amp;b.")
    }
  })
})
