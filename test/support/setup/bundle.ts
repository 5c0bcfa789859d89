/** Builds the program once for all test files, into a folder of its own, as `npm run build:app` does. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import packageJson from "../../../package.json" with { type: "json" }

/** The variable that tells test files where the bundle is. */
export const variable = "SOCKETS_TEST_BUNDLE"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** Before the first test file. What it returns is done after the last. */
export const setup = () => {
  const folder = mkdtempSync(join(tmpdir(), "sockets-bundle-"))
  const file = join(folder, "app.cjs")
  execFileSync("sh", ["-c", packageJson.scripts["build:app"].replaceAll(/\bdist\b/g, folder)], {
    cwd: root,
    env: {
      ...process.env,
      PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter)
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  process.env[variable] = file
  return () => rmSync(folder, { recursive: true, force: true })
}
