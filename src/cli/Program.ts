/** How a command of this program runs: with Node's services, in the person's language, to an exit code. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Exit, Layer, Logger, Option, Runtime } from "effect"
import { CliError } from "effect/cli"
import { exitCode, Failure } from "./Failure.ts"
import * as Help from "./Help.ts"
import type { Messages } from "./Messages.ts"
import { complain } from "./Output.ts"

/** What a failed run exits with; 70 (sysexits.h, EX_SOFTWARE) for a fault of our own. */
const codeOf = (error: unknown): number => {
  if (error instanceof Failure) return error.code
  if (!CliError.isCliError(error)) return 70
  return error._tag === "ShowHelp" && error.errors.length === 0 ? 0 : exitCode.usage
}

const exitCodeOf = (exit: Exit.Exit<unknown, unknown>): number =>
  Exit.match(exit, {
    onSuccess: () => 0,
    onFailure: (cause) => codeOf(Option.getOrUndefined(Cause.findErrorOption(cause)))
  })

/** A fault of our own is reported whole; every foreseen failure is a sentence. */
const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Cause.hasDies(cause) ? Effect.logFatal(cause) : Effect.void

/**
 * Unlike `NodeRuntime.runMain` this leaves SIGINT and SIGTERM alone, for `serve` takes them as the order to drain.
 * A run that went well is not cut short by `process.exit`, so that all of its output gets out.
 */
const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  fiber.addObserver((exit) => {
    teardown(exit, (code) => {
      process.exitCode = code
      // What was printed before it went wrong still has to get out, which on a pipe takes a while.
      if (code !== 0) process.stdout.write("", () => process.exit(code))
    })
  })
})

const colors = process.stdout.isTTY && process.env["NO_COLOR"] === undefined

/** Runs a command as the process. */
export const run = (
  command: Effect.Effect<void, Failure | CliError.CliError, NodeServices.NodeServices>,
  messages: Messages
): void =>
  command.pipe(
    Effect.tapErrorTag("Failure", ({ sentence }) =>
      sentence === "" ? Effect.void : complain(sentence)
    ),
    Effect.tapCause(report),
    Effect.provide(
      Layer.mergeAll(
        NodeServices.layer,
        Help.layer(messages, colors),
        // Standard output is for results. `consoleLogFmt` would ignore `LogToStderr`.
        Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
      )
    ),
    runMain({
      disableErrorReporting: true,
      teardown: (exit, onExit) => onExit(exitCodeOf(exit))
    })
  )
