/**
 * Signals as effects: SIGTERM and SIGINT to stop, SIGHUP to reload. What is done on them is left to the commands.
 */
import { Effect, type Scope } from "effect"
import { isatty } from "node:tty"
import { exitCode } from "./Failure.ts"

/** Completes on the signal, which does not end the process meanwhile. */
const signal = (name: NodeJS.Signals): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const onSignal = () => resume(Effect.void)
    process.once(name, onSignal)
    return Effect.sync(() => process.off(name, onSignal))
  })

/** Completes on SIGINT, as Ctrl-C sends it where the terminal is not read key by key. */
export const interruptSignal: Effect.Effect<void> = signal("SIGINT")

/** Completes on SIGTERM. */
export const terminateSignal: Effect.Effect<void> = signal("SIGTERM")

/** Completes on SIGINT or SIGTERM, which do not end the process meanwhile. */
export const stopSignal: Effect.Effect<void> = Effect.raceFirst(interruptSignal, terminateSignal)

/** Makes the next SIGINT or SIGTERM end the process at once, for who does not want to wait for transfers to finish. */
export const exitOnSecondSignal: Effect.Effect<void> = Effect.sync(() => {
  const exit = () => process.exit(exitCode.interrupted)
  process.once("SIGINT", exit).once("SIGTERM", exit)
})

/** Completes on SIGHUP, which does not end the process meanwhile. */
export const hangupSignal: Effect.Effect<void> = signal("SIGHUP")

const ignore = () => undefined

/** Ignores SIGHUP until the scope closes. */
export const ignoreHangup: Effect.Effect<void, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => void process.on("SIGHUP", ignore)),
  () => Effect.sync(() => void process.off("SIGHUP", ignore))
)

/**
 * As `ignoreHangup`, but only where no standard stream is a terminal, as under `nohup`. That program ignores SIGHUP for
 * its child, which Node undoes (src/node.cc, ResetSignalHandlers).
 */
export const ignoreHangupUnderNohup: Effect.Effect<void, never, Scope.Scope> = Effect.suspend(() =>
  [0, 1, 2].some((descriptor) => isatty(descriptor)) ? Effect.void : ignoreHangup
)

/** How long writing the rest to standard error may take at the end, in milliseconds. */
const flushTimeout = 1000

/**
 * Makes the process end within `flushTimeout`, even where nobody reads its standard error or a file never answers. It
 * ends sooner where nothing is left to do.
 */
export const exitSoon: Effect.Effect<void> = Effect.sync(
  () => void setTimeout(() => process.exit(), flushTimeout).unref()
)
