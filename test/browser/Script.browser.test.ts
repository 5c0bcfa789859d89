/** What the page does by its script: finding as one types, keys, previews, and the check of a file on disk. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { Chromium, openPage, requireAccessible } from "../support/peers/Chromium.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { serveShared, sharedFiles } from "./Shared.ts"

const rowNames = (page: Page) => page.locator("#lista tbody tr:visible th a").allTextContents()

/** What has the focus, as its text. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "")

const status = (page: Page) => page.locator("#estado").textContent()

/** The page, and then that the browser had nothing to complain about. */
const browse = (use: (page: Page, url: string) => Promise<void>) =>
  Effect.gen(function* () {
    const { url } = yield* serveShared()
    const { complaints, page } = yield* openPage()
    yield* Effect.promise(async () => {
      await page.goto(url)
      await use(page, url)
    })
    assert.deepStrictEqual(complaints, [])
  })

layer(Chromium.layer, { timeout: "1 minute" })("the page's script", (it) => {
  it.effect(
    "filters as one types, without regard to case and accents, and says how many are left",
    () =>
      browse(async (page) => {
        const all = await rowNames(page)
        await page.keyboard.press("/")
        await page.keyboard.type("RELATORIO")
        assert.deepStrictEqual(await rowNames(page), ["Relatório 2024.txt"])
        assert.strictEqual(await status(page), "1 visíveis")
        await page.keyboard.press("Escape")
        assert.deepStrictEqual(await rowNames(page), all)
      })
  )

  it.effect("sorts the list where it is, and tells how", () =>
    browse(async (page, url) => {
      await page.getByRole("link", { name: "Tamanho" }).click()
      assert.strictEqual((await rowNames(page))[0], "musica.wav")
      await page.getByRole("link", { name: "Tamanho" }).click()
      assert.strictEqual((await rowNames(page)).at(-1), "musica.wav")
      assert.strictEqual(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "ascending")
      assert.strictEqual(page.url(), `${url}/`)
    })
  )

  it.effect("is walked through by arrows; Enter shows a text, Esc closes it where one was", () =>
    browse(async (page) => {
      const names = await rowNames(page)
      await page.keyboard.press("ArrowDown")
      assert.strictEqual(await focused(page), names[0])
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("ArrowUp")
      assert.strictEqual(await focused(page), names[1])
      await page.locator("#lista").getByRole("link", { name: "nota.txt", exact: true }).focus()
      await page.keyboard.press("Enter")
      const dialog = page.getByRole("dialog", { name: "nota.txt" })
      await dialog.locator("pre", { hasText: "uma nota" }).waitFor()
      await requireAccessible(page)
      await page.keyboard.press("Escape")
      await dialog.waitFor({ state: "hidden" })
      assert.strictEqual(await focused(page), "nota.txt")
    })
  )

  it.effect(
    "shows pictures and sound, and goes from one to the next; a PDF has a tab of its own",
    () =>
      browse(async (page) => {
        const list = page.locator("#lista")
        await list.getByRole("link", { name: "imagem.png", exact: true }).click()
        const dialog = page.locator("dialog")
        await dialog.locator("img").waitFor()
        await page.waitForFunction(() => {
          const image = document.querySelector("dialog img")
          return image instanceof HTMLImageElement && image.naturalWidth > 0
        })
        await requireAccessible(page)

        while ((await dialog.locator("h2").textContent()) !== "musica.wav")
          await dialog.getByRole("button", { name: "Seguinte" }).click()
        const parts: Array<string> = []
        page.on("response", (response) => {
          if (response.status() === 206) parts.push(response.headers()["content-range"] ?? "")
        })
        await dialog.locator("audio").evaluate(async (audio) => {
          if (!(audio instanceof HTMLAudioElement)) return
          const happens = (event: string) =>
            new Promise((resolve) => audio.addEventListener(event, resolve, { once: true }))
          if (audio.readyState === 0) await happens("loadedmetadata")
          const sought = happens("seeked")
          audio.currentTime = 590
          await sought
        })
        assert.isTrue(
          parts.some((part) => Number(/^bytes (\d+)-/.exec(part)?.[1]) > 5_000_000),
          parts.join()
        )
        await page.keyboard.press("Escape")

        const [tab] = await Promise.all([
          page.context().waitForEvent("page"),
          list.getByRole("link", { name: "documento.pdf", exact: true }).click()
        ])
        await tab.waitForURL(/documento\.pdf$/)
      })
  )

  it.effect("compares a file on disk with the server's, and tells the same from another", () =>
    Effect.gen(function* () {
      const disk = yield* temporaryFolder
      const put = (name: string, content: string | Uint8Array) => {
        writeFileSync(join(disk, name), content)
        return join(disk, name)
      }
      const files = [
        put("musica.wav", sharedFiles["musica.wav"] ?? ""),
        put("nota (1).txt", "uma nota"),
        put("segredo.txt", "outro segredo"),
        put("desconhecido.txt", "")
      ]
      yield* browse(async (page) => {
        await page.locator("#disco").setInputFiles(files)
        const results = page.locator("#conferidos li")
        await page.locator("#conferidos li:nth-child(4)", { hasText: "nesta lista" }).waitFor()
        assert.deepStrictEqual(await results.allTextContents(), [
          "musica.wav: igual ao do servidor",
          "nota (1).txt: igual ao do servidor",
          "segredo.txt: DIFERENTE do que está no servidor",
          "desconhecido.txt: não há arquivo com este nome nesta lista"
        ])
        await requireAccessible(page)
      })
    })
  )

  it.effect("shows no name as another, and knows a file by its name as it is", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "virado\u202etxt.exe.txt")
      writeFileSync(file, "virado")
      yield* browse(async (page) => {
        const name = String.raw`virado\u202etxt.exe.txt`
        await page.locator("#disco").setInputFiles(file)
        await page.locator("#conferidos li.good").waitFor()
        await page.locator("#lista").getByRole("link", { name, exact: true }).click()
        const dialog = page.getByRole("dialog", { name })
        await dialog.locator("pre", { hasText: "virado" }).waitFor()
        assert.strictEqual(await dialog.locator("h2").textContent(), name)
      })
    })
  )

  it.effect("takes files that are dropped on the page", () =>
    browse(async (page) => {
      const dropped = await page.evaluateHandle(() => {
        const transfer = new DataTransfer()
        transfer.items.add(new File(["uma nota"], "nota.txt"))
        return transfer
      })
      await page.dispatchEvent("body", "drop", { dataTransfer: dropped })
      await page.locator("#conferidos li.good", { hasText: "nota.txt" }).waitFor()
    })
  )

  it.effect("tells who the server is and the time without leaving the page", () =>
    browse(async (page, url) => {
      await page.getByRole("link", { name: "CONSULTA" }).click()
      await page.locator("#estado", { hasText: "Servidor online 24 horas" }).waitFor()
      await page.getByRole("link", { name: "HORA" }).click()
      await page.locator("#estado", { hasText: /^\d\d:\d\d:\d\d/ }).waitFor()
      await page.getByRole("link", { name: "ARQUIVO" }).click()
      assert.isTrue(
        await page.locator("#busca").evaluate((input) => input === document.activeElement)
      )
      assert.strictEqual(page.url(), `${url}/`)
      await page.getByRole("link", { name: "SAIR" }).click()
      assert.isTrue(await page.locator("#adeus").isVisible())
    })
  )
})
