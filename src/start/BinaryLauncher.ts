/**
 * The start of the single executable that `npm run build:binary` makes: the program, its compiled code and Amazon's SDK
 * are assets of it (nodejs.org/api/single-executable-applications.html). What an installed program does: Launcher.
 */
// oxlint-disable-next-line import/no-unassigned-import -- what it does is done when it is loaded
import "./NoDebugger.ts"
import { createRequire } from "node:module"
import { getRawAsset } from "node:sea"
import { compileFunction } from "node:vm"
import { cacheName, compileText, fromCache, purposeOf, textName } from "./CodeCache.ts"

const asset = (name: string): Uint8Array => new Uint8Array(getRawAsset(name))

/** The executable has Node's options in itself (tools/binary.ts): a worker, which is the same file, would take them for arguments. */
process.execArgv = []
/** Node itself starts a worker with the path of a script, which here is the executable, before the arguments. */
if (process.argv[2] === process.execPath) process.argv.splice(2, 1)

const requireBuiltin = createRequire(process.execPath)

/** The one file that the program loads beside Node's own modules. */
const sdkName = "./s3.cjs"

const loadSdk = (): unknown => {
  const exports = {}
  const text = new TextDecoder().decode(asset("s3.cjs"))
  const load = compileFunction(text, ["require", "exports"], { filename: "s3.cjs" })
  Reflect.apply(load, undefined, [requireBuiltin, exports])
  return exports
}

const require = Object.assign(
  (name: string): unknown => (name === sdkName ? loadSdk() : requireBuiltin(name)),
  requireBuiltin
)

const text = asset(textName)
const cache = asset(cacheName(purposeOf(process.argv)))
const code = fromCache(text, cache, textName) ?? compileText(text, textName)
code.run(require)
