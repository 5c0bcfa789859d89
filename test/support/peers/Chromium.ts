/** Debian's Chromium, driven by playwright-core: one browser for a test file, and a page for each test. */
import axe from "axe-core"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

/** A name that leads to this machine, as one that an attacker rebinds. */
export const evilHost = "evil.example"

/** The browser. */
export class Chromium extends Context.Service<Chromium, Browser>()("test/Chromium") {
  static readonly layer = Layer.effect(
    Chromium,
    Effect.acquireRelease(
      Effect.promise(() =>
        chromium.launch({
          executablePath: "/usr/bin/chromium",
          args: [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            `--host-resolver-rules=MAP ${evilHost} 127.0.0.1`
          ]
        })
      ),
      (browser) => Effect.promise(() => browser.close())
    )
  )
}

/** A page, and what the browser complained about. */
export interface OpenPage {
  readonly page: Page
  /** Errors of the console, such as violations of the page's policy, and of scripts. */
  readonly complaints: ReadonlyArray<string>
}

/** A page of a context of its own, until the scope closes. */
export const openPage = (
  options: BrowserContextOptions = {}
): Effect.Effect<OpenPage, never, Chromium | Scope.Scope> =>
  Effect.gen(function* () {
    const browser = yield* Chromium
    const context = yield* Effect.acquireRelease(
      Effect.promise(() => browser.newContext({ locale: "pt-BR", ...options })),
      (context) => Effect.promise(() => context.close())
    )
    const page = yield* Effect.promise(() => context.newPage())
    const complaints: Array<string> = []
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text())
    })
    page.on("pageerror", (error) => complaints.push(error.message))
    return { page, complaints }
  })

/** Fails with what axe-core finds wrong with the page as it is now. */
export const requireAccessible = async (page: Page): Promise<void> => {
  await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      readonly axe: { readonly run: () => Promise<axe.AxeResults> }
    }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)
  })
  assert.deepStrictEqual(violations, [])
}
