/**
 * Writes the caches of compiled code into the folder of a finished build, its argument. Each holds the functions that its
 * purpose compiles: the program serves in one process of this file, and asks it for the time and makes a mirror in others;
 * each writes what was compiled as it ends, with what the cache held before.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { setFlagsFromString } from "node:v8"
import { cacheIn, compile, load, purposeOf, purposes } from "./CodeCache.ts"

const [, file = "", given = "dist", ...words] = process.argv
const folder = resolve(given)
const app = join(folder, "app.cjs")

/** Runs the program with these words in a process of its own, whose standard error is read. */
const start = (...words: ReadonlyArray<string>) =>
  spawn(process.execPath, [file, folder, ...words], {
    stdio: ["ignore", "ignore", "pipe"]
  })

/** Runs the program in this process. */
const run = (): void => {
  // The caller's settings must not change what is compiled.
  for (const name of Object.keys(process.env)) if (name.startsWith("APP_")) delete process.env[name]
  process.argv = [process.execPath, app, ...words]
  const purpose = purposeOf(process.argv)
  const code = load(folder, purpose) ?? compile(folder)
  process.once("exit", (status) => {
    if (status !== 0) return
    // V8's default, which a server changes (cli/serve/process/Heap): a cache is only taken under the flags it was made with.
    setFlagsFromString("--semi-space-growth-factor=2")
    writeFileSync(cacheIn(folder, purpose), code.cache())
  })
  code.run(createRequire(app))
}

/** Throws where the program, which has ended, failed: it wrote no cache then. */
const check = ({ exitCode }: ChildProcess, words: ReadonlyArray<string>): void => {
  if (exitCode !== 0) throw new Error(`app ${words.join(" ")} ended with ${exitCode}.`)
}

/** Runs the program with these words to its end. */
const finish = async (...words: ReadonlyArray<string>): Promise<void> => {
  const program = start(...words)
  program.stderr.pipe(process.stderr)
  await once(program, "close")
  check(program, words)
}

/** Serves, asks, makes a mirror, and ends the server. */
const build = async (): Promise<void> => {
  for (const purpose of purposes) rmSync(cacheIn(folder, purpose), { force: true })
  const server = start("serve", "--port", "0", "--dir", folder)
  process.once("exit", () => server.kill())
  const announcement = String(await once(createInterface(server.stderr), "line"))
  const [, port = ""] = /:(\d+)\. /.exec(announcement) ?? []
  await finish("client", "--port", port, "--cmd", "hora_atual")
  const target = mkdtempSync(join(tmpdir(), "app-"))
  const mirror = ["--quiet", "--mirror", target, "--exclude", "binary/**"]
  try {
    await finish("client", "--port", port, ...mirror)
    // Now there is nothing to do, for which other functions are used.
    await finish("client", "--port", port, ...mirror)
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
  server.kill()
  await once(server, "exit")
  check(server, ["serve"])
}

if (words.length > 0) run()
else await build()
