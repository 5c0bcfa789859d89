/** Being told to stop: SIGTERM from a supervisor, SIGINT from Ctrl-C. What that means is each command's own affair. */
import { Effect } from "effect"
import { exitCode } from "./Failure.ts"

/** Waits for one of the two signals; the process does nothing about them by itself meanwhile. */
export const stopSignal: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const stop = () => resume(Effect.void)
  process.once("SIGINT", stop).once("SIGTERM", stop)
  return Effect.sync(() => process.off("SIGINT", stop).off("SIGTERM", stop))
})

/** Has the next such signal end the process at once, for whoever does not want to wait for transfers to finish. */
export const exitAtOnceIfToldAgain: Effect.Effect<void> = Effect.sync(() => {
  const exit = () => process.exit(exitCode.interrupted)
  process.once("SIGINT", exit).once("SIGTERM", exit)
})
