/** Other versions of Node, which npm has as packages. */
import { execFileSync } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What says how this machine reaches a registry: without its certificates npm tries for a minute and a quarter. */
const reach =
  /^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|https?_proxy|no_proxy|npm_config_(?:registry|cafile))$/i

/** The environment of a person who has npm and a Node of the system, and nothing of this project. */
export const outside: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => reach.test(name))),
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: process.env["HOME"] ?? tmpdir()
}

/** A temporary folder; whoever makes it leaves it to the system to sweep. */
export const folder = (name: string): string => mkdtempSync(join(tmpdir(), `sockets-${name}-`))

/** Runs npm to its end, for what it prints. */
export const npm = (cwd: string, ...words: ReadonlyArray<string>): string =>
  execFileSync("npm", words, { cwd, env: outside, encoding: "utf8" })

/** The program `node` of a version, such as `20` or `20.16.0`, from npm. */
export const nodeOf = (version: string): string => {
  const cwd = folder("node")
  const name = `node-${process.platform}-${process.arch}@${version}`
  npm(cwd, "install", "--silent", "--no-save", "--prefix", cwd, name)
  return join(cwd, "node_modules", ".bin", "node")
}
