#!/usr/bin/env node
/**
 * The file that people run: it starts the program beside it, compiled already where that can be. Its own cache is for
 * the Node that built it (CodeCache); any other keeps one in the user's folder for caches (UserCache).
 */
// oxlint-disable-next-line import/no-unassigned-import -- what it does is done when it is loaded
import "./NoDebugger.ts"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { load, purposeOf, textName } from "./CodeCache.ts"
import { refuseOldNode } from "./OldNode.ts"
import { useUserCache } from "./UserCache.ts"

if (!refuseOldNode()) {
  const code = load(import.meta.dirname, purposeOf(process.argv))
  // The bundle is CommonJS, which has a `require`: making another loads `node:module`.
  if (code !== undefined) code.run(require)
  else if (existsSync(join(import.meta.dirname, textName))) {
    useUserCache()
    require(`./${textName}`)
  } else {
    process.stderr.write(
      `Falta ${textName} ao lado de app.cjs / ${textName} is missing beside app.cjs.\n`
    )
    process.exitCode = 1
  }
}
