/** What shared documents and other sites can do in a browser that has the page open: nothing. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Chromium, evilHost, openPage } from "../support/peers/Chromium.ts"
import { serveShared } from "./Shared.ts"

layer(Chromium.layer, { timeout: "1 minute" })("a shared document", (it) => {
  for (const kind of ["html", "svg", "xhtml"]) {
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

  it.effect("that is a PDF is shown", () =>
    Effect.gen(function* () {
      const { url } = yield* serveShared()
      const { page } = yield* openPage()
      const answer = yield* Effect.promise(() => page.goto(`${url}/documento.pdf`))
      assert.strictEqual(answer?.status(), 200)
    })
  )
})

layer(Chromium.layer, { timeout: "1 minute" })("another site", (it) => {
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
