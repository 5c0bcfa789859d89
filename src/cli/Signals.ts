/**
 * Being told to stop: SIGTERM from a supervisor, SIGINT from Ctrl-C; being told to read again: SIGHUP. What that means
 * is each command's own affair.
 */
import { Effect, type Scope } from "effect"
import { isatty } from "node:tty"
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

/** Waits for SIGHUP. */
export const hangup: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const told = () => resume(Effect.void)
  process.once("SIGHUP", told)
  return Effect.sync(() => process.off("SIGHUP", told))
})

const nothing = () => undefined

/** Keeps SIGHUP from ending the process, until the scope closes. */
export const outliveHangup: Effect.Effect<void, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => void process.on("SIGHUP", nothing)),
  () => Effect.sync(() => void process.off("SIGHUP", nothing))
)

/**
 * As `outliveHangup` where no terminal can have gone, for none of the process's streams is one: under `nohup`, which
 * ignores SIGHUP for what it starts. Node undoes that for itself (src/node.cc, ResetSignalHandlers).
 */
export const outliveHangupOfNohup: Effect.Effect<void, never, Scope.Scope> = Effect.suspend(() =>
  [0, 1, 2].some((descriptor) => isatty(descriptor)) ? Effect.void : outliveHangup
)

/** How long what is still to be written to standard error may take when all else is over, in milliseconds. */
const lastWords = 1000

/**
 * Has the process end soon, though there may be somebody who does not read what it says, or a file that never answers.
 * It ends sooner where nothing is left to do.
 */
export const endSoon: Effect.Effect<void> = Effect.sync(
  () => void setTimeout(() => process.exit(), lastWords).unref()
)
