/** The page in a real browser: with its script and without, in both languages, light, dark, and narrow. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { Chromium, openPage, requireAccessible } from "../support/peers/Chromium.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { serveShared, sharedFiles } from "./Shared.ts"

const rowNames = (page: Page) => page.locator("#lista tbody tr:visible th a").allTextContents()

const title = (page: Page) => page.locator("h1").textContent()

layer(Chromium.layer, { timeout: "1 minute" })("the page without its script", (it) => {
  it.effect("lists, sorts, searches and leads into folders and back, by links alone", () =>
    Effect.gen(function* () {
      const { url } = yield* serveShared()
      const { complaints, page } = yield* openPage({ javaScriptEnabled: false })
      yield* Effect.promise(async () => {
        await page.goto(url)
        const names = await rowNames(page)
        assert.includeMembers(names, ["-/", "pasta/", `a'b"c<d>&.txt`, "nota.txt"])
        assert.lengthOf(names, Object.keys(sharedFiles).length - 1)
        assert.include(await page.locator("section.readme pre").textContent(), "<script>alert(1)")

        await page.getByRole("link", { name: "Tamanho" }).click()
        assert.strictEqual((await rowNames(page))[0], "musica.wav")
        assert.strictEqual(
          await page.locator("th[aria-sort]").getAttribute("aria-sort"),
          "descending"
        )

        await page.getByRole("link", { name: "-/", exact: true }).click()
        assert.strictEqual(new URL(page.url()).pathname, "/%2D/")
        assert.deepStrictEqual(await rowNames(page), ["y"])
        await page.getByRole("link", { name: "Início" }).click()

        await page.getByRole("searchbox").fill("*.TXT")
        await page.getByRole("searchbox").press("Enter")
        assert.include(await rowNames(page), "pasta/dentro.txt")
        assert.strictEqual(await title(page), "Resultados de “*.TXT”")
        assert.deepStrictEqual(complaints, [])
        await page.getByRole("link", { name: "pasta/dentro.txt", exact: true }).click()
        assert.strictEqual(await page.locator("body").textContent(), "dentro")
      })
    })
  )

  it.effect("shows a large folder by pages, and the way to the next", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 1500 }, (_, index) => `f${String(index).padStart(4, "0")}`)
      const folder = yield* folderWith(Object.fromEntries(names.map((name) => [name, ""])))
      const { host, port } = yield* serveFolder(folder, { web: {} })
      const { page } = yield* openPage({ javaScriptEnabled: false })
      yield* Effect.promise(async () => {
        await page.goto(`http://${host}:${port}/`)
        assert.deepStrictEqual(await rowNames(page), names.slice(0, 1000))
        await page.getByRole("link", { name: "Próxima página" }).click()
        assert.deepStrictEqual(await rowNames(page), names.slice(1000))
        await page.getByRole("link", { name: "Primeira página" }).click()
        assert.strictEqual((await rowNames(page))[0], "f0000")
      })
    })
  )
})

layer(Chromium.layer, { timeout: "1 minute" })("the page", (it) => {
  for (const hasScript of [true, false]) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [360, 1280]) {
        it.effect(
          `is accessible and fits, ${colorScheme}, ${width} pixels wide, ${hasScript ? "with" : "without"} its script`,
          () =>
            Effect.gen(function* () {
              const { url } = yield* serveShared()
              const { complaints, page } = yield* openPage({
                colorScheme,
                viewport: { width, height: 800 }
              })
              yield* Effect.promise(async () => {
                // axe-core is a script itself, so it is the page's own that is not there.
                if (!hasScript)
                  await page.route("**/*.js", (route) =>
                    route.fulfill({ contentType: "text/javascript", body: "" })
                  )
                for (const path of ["/", "/pasta/?lang=en", "/?busca=nada-disso"]) {
                  await page.goto(url + path)
                  await requireAccessible(page)
                  const { scrolled, shade } = await page.evaluate(() => ({
                    scrolled: document.documentElement.scrollWidth,
                    shade: getComputedStyle(document.body).backgroundColor
                  }))
                  assert.isAtMost(scrolled, width)
                  const [red = 0] = (/\d+/.exec(shade) ?? []).map(Number)
                  assert.strictEqual(red < 128, colorScheme === "dark")
                }
              })
              assert.deepStrictEqual(complaints, [])
            })
        )
      }
    }
  }

  it.effect("is in the browser's language, and in the other by a link that others keep", () =>
    Effect.gen(function* () {
      const { url } = yield* serveShared()
      const { page } = yield* openPage({ locale: "en-US" })
      yield* Effect.promise(async () => {
        await page.goto(url)
        assert.strictEqual(await title(page), "Files")
        await page.getByRole("link", { name: "Português" }).click()
        assert.strictEqual(await title(page), "Arquivos")
        await page.getByRole("link", { name: "pasta/", exact: true }).click()
        assert.strictEqual(await page.locator("html").getAttribute("lang"), "pt-BR")
        assert.deepStrictEqual(await page.locator(".menu li").allInnerTexts(), [
          "1 CONSULTA",
          "2 HORA",
          "3 ARQUIVO",
          "4 LISTAR",
          "5 SAIR"
        ])
      })
    })
  )
})
