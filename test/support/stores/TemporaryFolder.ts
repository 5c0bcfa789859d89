/** A folder of its own for each test, gone when the test is. */
import { Effect, type Scope } from "effect"
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** An empty folder, by its real path, until the scope closes. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "sockets-test-")))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Writes files, and the folders around them; names are relative to `folder`. */
export const writeFiles = (
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>
): Effect.Effect<void> =>
  Effect.sync(() => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
  })

/** How many folders there are, hidden ones and what is in those left out, with this one. */
export const foldersIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) =>
      entry.isDirectory() && !entry.name.startsWith(".")
        ? sum + foldersIn(join(folder, entry.name))
        : sum,
    1
  )

/** A temporary folder with these files in it. */
export const folderWith = (
  files: Readonly<Record<string, string | Uint8Array>>
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.tap(temporaryFolder, (folder) => writeFiles(folder, files))
