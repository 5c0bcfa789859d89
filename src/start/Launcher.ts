#!/usr/bin/env node
/** The file that people run: it starts the program beside it, compiled already where that can be. */
// oxlint-disable-next-line import/no-unassigned-import -- what it does is done when it is loaded
import "./NoDebugger.ts"
import { createRequire } from "node:module"
import { load } from "./CodeCache.ts"

load(import.meta.dirname).run(createRequire(import.meta.filename))
