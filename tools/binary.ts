/**
 * `npm run build:binary`: the program, and the Node that runs this, as one executable file for this platform, in
 * dist/binary. The program is built before (`npm run build:app`).
 */
import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { build } from "rolldown"
import { cacheName, purposes, textName } from "../src/start/CodeCache.ts"

const dist = resolve("dist")
const output = join(dist, "binary", process.platform === "win32" ? "app.exe" : "app")
const scratch = mkdtempSync(join(tmpdir(), "binary-"))
const main = join(scratch, "main.cjs")
const node = join(scratch, "node")

mkdirSync(join(dist, "binary"), { recursive: true })
await build({
  input: "src/start/BinaryLauncher.ts",
  platform: "node",
  logLevel: "warn",
  output: { file: main, format: "cjs", minify: true }
})
copyFileSync(process.execPath, node)
// A fifth of Node is names for debuggers. Where there is no strip, the executable is larger.
if (process.platform === "linux") spawnSync("strip", [node])
writeFileSync(
  join(scratch, "sea.json"),
  JSON.stringify({
    main,
    executable: node,
    output,
    disableExperimentalSEAWarning: true,
    // SIGUSR1 opens no debugger even before the program's own first line (src/start/NoDebugger.ts).
    execArgv: ["--disable-sigusr1"],
    assets: Object.fromEntries(
      [textName, ...purposes.map(cacheName), "s3.cjs"].map((name) => [name, join(dist, name)])
    )
  })
)
execFileSync(process.execPath, ["--build-sea", join(scratch, "sea.json")], { stdio: "inherit" })
// macOS runs no executable whose signature is another's.
if (process.platform === "darwin") execFileSync("codesign", ["--force", "--sign", "-", output])
rmSync(scratch, { recursive: true })
