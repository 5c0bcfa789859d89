/**
 * Makes the cache of compiled code, when the program in the folder given has been built. What is in it is what one
 * question compiles: the program asks a server of its own the time, in this process.
 */
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { cacheIn, load } from "./CodeCache.ts"

const folder = resolve(process.argv[2] ?? "dist")
const app = join(folder, "app.cjs")

// What is in the environment is not for this server.
for (const name of Object.keys(process.env)) if (name.startsWith("APP_")) delete process.env[name]

const server = spawn(process.execPath, [app, "serve", "--port", "0", "--dir", folder], {
  stdio: ["ignore", "ignore", "pipe"]
})
process.once("exit", () => server.kill())

createInterface(server.stderr).once("line", (announcement) => {
  const [, port = ""] = /:(\d+)\. /.exec(announcement) ?? []
  const code = load(folder)
  process.once("exit", (status) => {
    if (status === 0) writeFileSync(cacheIn(folder), code.cache())
  })
  // The server is not to keep this process from ending as the program does.
  server.unref()
  server.stderr.destroy()
  process.argv = [process.execPath, app, "client", "--port", port, "--cmd", "hora_atual"]
  code.run(createRequire(app))
})
