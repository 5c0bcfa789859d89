/**
 * Writes the cache of compiled code into the folder of a finished build, its argument. The cache holds the functions
 * that one question compiles: in this process, the program asks a server, which this starts, for the time.
 */
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { cacheIn, compile } from "./CodeCache.ts"

const folder = resolve(process.argv[2] ?? "dist")
const app = join(folder, "app.cjs")

// The caller's settings must not change what is compiled.
for (const name of Object.keys(process.env)) if (name.startsWith("APP_")) delete process.env[name]

const server = spawn(process.execPath, [app, "serve", "--port", "0", "--dir", folder], {
  stdio: ["ignore", "ignore", "pipe"]
})
process.once("exit", () => server.kill())

createInterface(server.stderr).once("line", (announcement) => {
  const [, port = ""] = /:(\d+)\. /.exec(announcement) ?? []
  const code = compile(folder)
  process.once("exit", (status) => {
    if (status === 0) writeFileSync(cacheIn(folder), code.cache())
  })
  // The server must not keep this process running once the question is answered.
  server.unref()
  server.stderr.destroy()
  process.argv = [process.execPath, app, "client", "--port", port, "--cmd", "hora_atual"]
  code.run(createRequire(app))
})
