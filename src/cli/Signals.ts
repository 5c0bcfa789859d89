/** Being told to stop: SIGTERM from a supervisor, SIGINT from Ctrl-C. What that means is each command's own affair. */
import { Effect } from "effect"

/** Waits for one of the two signals; the process does nothing about them by itself meanwhile. */
export const stopSignal: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const stop = () => resume(Effect.void)
  process.once("SIGINT", stop).once("SIGTERM", stop)
  return Effect.sync(() => process.off("SIGINT", stop).off("SIGTERM", stop))
})
