#!/usr/bin/env node
/** The file that people run: it starts the program beside it, with its compiled code where there is any. */
// oxlint-disable-next-line import/no-unassigned-import -- loading it has the effect
import "./NoDebugger.ts"
import { createRequire } from "node:module"
import { load } from "./CodeCache.ts"

load(import.meta.dirname).run(createRequire(import.meta.filename))
