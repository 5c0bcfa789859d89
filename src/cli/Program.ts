/** Runs a command as the process: provides Node's services and the language, reports failures, sets the exit code. */
import * as NodeChildProcessSpawner from "@effect/platform-node/NodeChildProcessSpawner"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import type { NodeServices } from "@effect/platform-node/NodeServices"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import {
  Cause,
  Effect,
  Exit,
  Layer,
  Logger,
  Option,
  Predicate,
  Runtime,
  Scope,
  Terminal
} from "effect"
import { CliError } from "effect/cli"
import { exitCode, Failure } from "./Failure.ts"
import * as Help from "./usage/Help.ts"
import type { Messages } from "./Messages.ts"
import type { Commands } from "./usage/CommandLine.ts"
import { printError } from "./Output.ts"

/** The exit code of an error; 70 (sysexits.h, EX_SOFTWARE) for a defect of this program. */
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

/** Whether Node was asked for the folder that the program was called in, and that is gone. */
const isCurrentFolderGone = <E>(cause: Cause.Cause<E>): boolean =>
  cause.reasons.some(
    (reason) =>
      Cause.isDieReason(reason)
      && Predicate.hasProperty(reason.defect, "syscall")
      && reason.defect.syscall === "uv_cwd"
  )

/** Logs a defect with its stack trace; foreseen failures are printed as sentences elsewhere. */
const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Cause.hasDies(cause) ? Effect.logFatal(cause) : Effect.void

/** Ends the process once all that was printed is written, which takes a while on a pipe. */
const exitWhenWritten = (code: number): void => {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))
}

/**
 * Unlike `NodeRuntime.runMain` this does not handle SIGINT and SIGTERM: commands do, for `serve` drains on them. After a
 * success the process exits only where it `exitsAtOnce`; else it ends when nothing is left to do.
 */
const runMain = (exitsAtOnce: boolean) =>
  Runtime.makeRunMain(({ fiber, teardown }) => {
    fiber.addObserver((exit) => {
      teardown(exit, (code) => {
        process.exitCode = code
        if (code !== 0 || exitsAtOnce) exitWhenWritten(code)
      })
    })
  })

const colors =
  process.stdout.isTTY && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb"

/**
 * The terminal, made when something of it is first used. To make it touches standard input, for which Node loads what
 * reads files and lines; a question has no use for them.
 */
const terminal = Layer.effect(
  Terminal.Terminal,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const made = yield* Effect.cached(Scope.provide(NodeTerminal.make(), scope))
    return Terminal.make({
      columns: Effect.flatMap(made, ({ columns }) => columns),
      rows: Effect.flatMap(made, ({ rows }) => rows),
      size: Effect.flatMap(made, ({ size }) => size),
      readInput: Effect.flatMap(made, ({ readInput }) => readInput),
      readLine: Effect.flatMap(made, ({ readLine }) => readLine),
      display: (text) => Effect.flatMap(made, ({ display }) => display(text))
    })
  })
)

/** What Node gives. */
const nodeServices: Layer.Layer<NodeServices> = Layer.provideMerge(
  NodeChildProcessSpawner.layer,
  Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeStdio.layer, terminal)
)

/**
 * Runs a command as the process; `commands` are the flags of each of its commands. A client `exitsAtOnce` when it is done:
 * to take Node apart is a twentieth of a question's processor time. A server does not: workers that it was just starting
 * would go on without it.
 */
export const run = (
  command: Effect.Effect<void, Failure | CliError.CliError, NodeServices>,
  messages: Messages,
  commands: Commands,
  exitsAtOnce: boolean
): void =>
  command.pipe(
    Effect.catchCauseIf(isCurrentFolderGone, () =>
      Effect.fail(
        new Failure({ code: exitCode.refused, sentence: messages.usage.currentFolderGone })
      )
    ),
    Effect.tapErrorTag("Failure", ({ sentence }) =>
      sentence === "" ? Effect.void : printError(sentence)
    ),
    Effect.tapCause(report),
    Effect.provide(
      Layer.mergeAll(
        nodeServices,
        Help.layer(messages, colors, commands),
        // Logs go to standard error: standard output is for results. `consoleLogFmt` ignores `LogToStderr`.
        Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
      )
    ),
    runMain(exitsAtOnce)({
      disableErrorReporting: true,
      teardown: (exit, onExit) => onExit(exitCodeOf(exit))
    })
  )
