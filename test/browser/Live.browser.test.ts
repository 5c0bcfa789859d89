/** What the page does when files change while it is open. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import type { FileChange } from "../../src/domain/FileChange.ts"
import { Chromium, openPage, requireAccessible } from "../support/peers/Chromium.ts"
import { changed, created, deleted, recorderOf, rescan } from "../support/values/Changes.ts"
import { serveShared } from "./Shared.ts"

const rowNames = (page: Page) => page.locator("#lista tbody tr:visible th a").allTextContents()

const row = (page: Page, name: string) =>
  page.locator("#lista tbody tr", { has: page.getByRole("link", { name, exact: true }) })

/** What has the focus, as its text. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "")

/** How many streams of changes are open. */
const streams = async (url: string): Promise<number> => {
  const metrics = await (await fetch(`${url}/-/metrics`)).text()
  return Number(/^sockets_event_streams (\d+)$/m.exec(metrics)?.[1])
}

/** Waits until there are so many. */
const streamsAre = async (url: string, count: number): Promise<void> => {
  while ((await streams(url)) !== count) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Hides the page from the person, or shows it again, as another tab would. */
const setHidden = (page: Page, isHidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden })
    document.dispatchEvent(new Event("visibilitychange"))
  }, isHidden)

/** A page of the folder with its stream open; then that the browser had nothing to complain about. */
const browse = (
  path: string,
  use: (
    page: Page,
    disk: {
      readonly url: string
      readonly write: (name: string, content: string) => void
      readonly remove: (name: string) => void
      readonly record: (...changes: ReadonlyArray<FileChange>) => void
    }
  ) => Promise<void>
) =>
  Effect.gen(function* () {
    const { changes, record } = recorderOf()
    const { folder, url } = yield* serveShared({ changes })
    const { complaints, page } = yield* openPage()
    yield* Effect.promise(async () => {
      await page.goto(url + path)
      await streamsAre(url, 1)
      await use(page, {
        url,
        write: (name, content) => writeFileSync(join(folder, name), content),
        remove: (name) => rmSync(join(folder, name)),
        record: (...changes) => record(changes)
      })
    })
    assert.deepStrictEqual(complaints, [])
  })

layer(Chromium.layer, { timeout: "1 minute" })("a page that is open", (it) => {
  it.effect("shows what came, changed and went, and keeps focus and filter", () =>
    browse("/", async (page, { record, remove, write }) => {
      await page.keyboard.press("/")
      await page.keyboard.type("nota")
      await page.keyboard.press("ArrowDown")
      assert.strictEqual(await focused(page), "nota.txt")
      write("nota.txt", "uma nota que é mais longa")
      write("nota nova.txt", "x")
      write("outra.txt", "x")
      record(changed("nota.txt"), created("nota nova.txt"), created("outra.txt"))
      await row(page, "nota nova.txt").waitFor()
      assert.deepStrictEqual(await rowNames(page), ["nota nova.txt", "nota.txt"])
      assert.include(await row(page, "nota.txt").textContent(), "26 B")
      assert.strictEqual(await focused(page), "nota.txt")
      await requireAccessible(page)

      // The new row is one like the others: it shows its text, and the focus comes back to it.
      await row(page, "nota nova.txt")
        .getByRole("link", { name: "nota nova.txt", exact: true })
        .click()
      await page.getByRole("dialog").locator("pre", { hasText: "x" }).waitFor()
      await page.keyboard.press("Escape")
      remove("nota nova.txt")
      record(deleted("nota nova.txt"))
      await row(page, "nota nova.txt").waitFor({ state: "detached" })
      await page.waitForFunction(() => document.activeElement !== document.body)
      await page.keyboard.press("Escape")
      assert.include(await rowNames(page), "outra.txt")
    })
  )

  it.effect("keeps the order in which it was sorted, and the count below it", () =>
    browse("/", async (page, { record, write }) => {
      await page.getByRole("link", { name: "Tamanho" }).click()
      const before = await rowNames(page)
      assert.strictEqual(before[0], "musica.wav")
      write("maior.txt", "m".repeat(100_000))
      record(rescan)
      await row(page, "maior.txt").waitFor()
      assert.deepStrictEqual((await rowNames(page)).slice(0, 2), ["musica.wav", "maior.txt"])
      assert.include(await page.locator(".pages span").textContent(), String(before.length + 1))
    })
  )

  it.effect("hears of its own folder only, and of one that becomes empty or is filled", () =>
    browse("/pasta/-/", async (page, { record, remove, write }) => {
      let asked = 0
      page.on("request", (request) => void (asked += request.resourceType() === "fetch" ? 1 : 0))
      remove("pasta/-/x")
      record(created("outra/a"), created("nada"), deleted("pasta/-/x"))
      await page.locator("p#lista", { hasText: "vazia" }).waitFor()
      write("pasta/-/z", "z")
      record(created("pasta/-/z"))
      await row(page, "z").waitFor()
      record(created("pasta/fora"))
      write("pasta/-/zz", "z")
      record(created("pasta/-/zz"))
      await row(page, "zz").waitFor()
      assert.strictEqual(asked, 3)
    })
  )

  it.effect("has no stream while it is hidden, and shows what happened meanwhile", () =>
    browse("/", async (page, { record, url, write }) => {
      await setHidden(page, true)
      await streamsAre(url, 0)
      write("escondida.txt", "x")
      record(created("escondida.txt"))
      await setHidden(page, false)
      await row(page, "escondida.txt").waitFor()
      await streamsAre(url, 1)
      write("vista.txt", "x")
      record(created("vista.txt"))
      await row(page, "vista.txt").waitFor()
      await page.goto(`${url}/pasta/`)
      await streamsAre(url, 1)
    })
  )

  it.effect("asks for no changes where nobody looks for them", () =>
    Effect.gen(function* () {
      const { url } = yield* serveShared()
      const { complaints, page } = yield* openPage()
      yield* Effect.promise(async () => {
        const asked: Array<string> = []
        page.on("request", (request) => void asked.push(request.url()))
        await page.goto(url, { waitUntil: "networkidle" })
        assert.deepStrictEqual(
          asked.filter((address) => address.includes("/-/events")),
          []
        )
      })
      assert.deepStrictEqual(complaints, [])
    })
  )
})
