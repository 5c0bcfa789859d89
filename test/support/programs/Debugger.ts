/** When a program that opens Node's debugger at SIGUSR1 would have opened it. */
import { Effect } from "effect"
import { start } from "./App.ts"

/**
 * Waits until a Node that is started now, and then sent SIGUSR1, has opened its debugger, on a free port: a program that was
 * sent it before would have opened its own by then.
 */
export const debuggerOpensElsewhere = Effect.fnUntraced(function* (cwd: string) {
  const words = [
    "--inspect-port=0",
    "-e",
    "setInterval(() => undefined, 1000); console.log('runs')"
  ]
  const other = yield* start(process.execPath, words, { cwd })
  yield* other.says("stdout", /runs/)
  yield* other.kill("SIGUSR1")
  yield* other.says("stderr", /Debugger listening/)
}, Effect.scoped)
