/** What shared documents and other sites can do in a browser that has the page open: nothing. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Chromium, evilHost, openPage } from "../support/peers/Chromium.ts"
import { pdfTitle, serveShared } from "./Shared.ts"

layer(Chromium.layer, { timeout: "1 minute" })("a shared document", (it) => {
  for (const kind of ["html", "svg", "xhtml"]) {
    it.effect(
      `would run its script and read another file, were it not for the guard: ${kind}`,
      () =>
        Effect.gen(function* () {
          const { url } = yield* serveShared({ web: { isSite: true } })
          const { page } = yield* openPage()
          yield* Effect.promise(async () => {
            await page.goto(`${url}/mal.${kind}`)
            await page.waitForFunction(() => document.title === "o segredo")
          })
        })
    )

    it.effect(`runs no script, and reads no other file: ${kind}`, () =>
      Effect.gen(function* () {
        const { url } = yield* serveShared()
        const { page } = yield* openPage()
        yield* Effect.promise(async () => {
          await page.goto(`${url}/mal.${kind}`)
          await page.waitForLoadState("networkidle")
          assert.strictEqual(await page.title(), kind)
        })
      })
    )
  }

  it.effect("that is a PDF is shown by the browser's viewer", () =>
    Effect.gen(function* () {
      const { url } = yield* serveShared()
      const { page } = yield* openPage()
      yield* Effect.promise(async () => {
        const { headers } = await fetch(`${url}/documento.pdf`, { method: "HEAD" })
        assert.strictEqual(headers.get("content-security-policy"), "sandbox")
        await page.goto(`${url}/documento.pdf`)
        const session = await page.context().newCDPSession(page)
        const tabTitle = async () => (await session.send("Target.getTargetInfo")).targetInfo.title
        // The viewer has read the document once the tab has its title, which no event tells.
        while ((await tabTitle()) !== pdfTitle);
      })
    })
  )
})

layer(Chromium.layer, { timeout: "1 minute" })("another site", (it) => {
  it.effect(
    "that leads its name to this machine would get all, were that a name of the server's",
    () =>
      Effect.gen(function* () {
        const { port } = yield* serveShared({ web: { hosts: [evilHost] } })
        const { page } = yield* openPage()
        yield* Effect.promise(async () => {
          const answer = await page.goto(`http://${evilHost}:${port}/segredo.txt`)
          assert.strictEqual(answer?.status(), 200)
          assert.include(await page.content(), "o segredo")
        })
      })
  )

  it.effect("that leads its name to this machine gets nothing", () =>
    Effect.gen(function* () {
      const { port } = yield* serveShared()
      const { page } = yield* openPage()
      yield* Effect.promise(async () => {
        const answer = await page.goto(`http://${evilHost}:${port}/segredo.txt`)
        assert.strictEqual(answer?.status(), 421)
        assert.notInclude(await page.content(), "o segredo")
      })
    })
  )
})
