/** `npm run pictures`: takes the pictures of the page, light and dark, that are in docs and on the README's first page. */
import { Effect } from "effect"
import { utimesSync } from "node:fs"
import { join } from "node:path"
import { Chromium, openPage } from "../peers/Chromium.ts"
import { folderWith } from "../stores/TemporaryFolder.ts"
import { root } from "./App.ts"
import { serveFolder } from "./TestServer.ts"

/** What is on the pictures. The times are fixed, so that pictures change only when the page does. */
const files: Readonly<Record<string, string | Uint8Array>> = {
  "LEIAME.md": "# Arquivos da turma\n\nRelatórios, fotos e gravações de 2024.\n",
  "Ata da reunião.txt": "x".repeat(2140),
  "aula-03.mp4": Buffer.alloc(48_200_000),
  "fotos/praia.jpg": "",
  "orçamento.pdf": Buffer.alloc(231_000),
  "relatorios/2024.csv": "",
  "turma.jpg": Buffer.alloc(1_830_000)
}

const first = Date.UTC(2024, 2, 9, 12, 34)

const program = Effect.gen(function* () {
  const folder = yield* folderWith(files)
  for (const [index, name] of [...Object.keys(files), "fotos", "relatorios"].entries()) {
    const time = new Date(first + index * 7_654_321)
    utimesSync(join(folder, name), time, time)
  }
  const { host, port } = yield* serveFolder(folder, { web: {} })
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = yield* openPage({ colorScheme, viewport: { width: 800, height: 700 } })
    yield* Effect.promise(async () => {
      await page.goto(`http://${host}:${port}/`)
      await page.screenshot({ path: join(root, "docs", `page-${colorScheme}.png`) })
    })
  }
})

await Effect.runPromise(Effect.scoped(Effect.provide(program, Chromium.layer)))
