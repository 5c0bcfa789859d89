/** Runs a batch: one command per line of standard input; a line that begins with `#` is a comment. */
import { Effect, Stdio, Stream } from "effect"
import { fstatSync } from "node:fs"
import { type AnswerError, closesConnection, type Request } from "../../client/Requests.ts"
import type { Result } from "../../client/Result.ts"
import { splitLine } from "../../codec/resp/InlineLine.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { toJsonLine } from "../Escape.ts"
import { exitCode, Failure } from "../Failure.ts"
import { print, printError } from "../Output.ts"
import { codeOf, errorMessage } from "./ErrorMessage.ts"
import type { Questions } from "./Questions.ts"
import { type Options, render } from "./Render.ts"

/** How many lines are under way at a time. */
const inFlight = 64

/** Whether standard input is a folder, as after `< folder`. One that is closed is none. */
const stdinIsFolder = Effect.orElseSucceed(
  Effect.try(() => fstatSync(0).isDirectory()),
  () => false
)

/** A line of a batch: its number, counted from 1, and its request; `undefined` where its quotes are unbalanced. */
interface Line {
  readonly number: number
  readonly request: Request | undefined
}

const endsLineOnly = (error: AnswerError): boolean =>
  error._tag === "ErrorReply"
  || error._tag === "UnexpectedName"
  || error._tag === "UnaskedName"
  || error._tag === "OneFileForMany"

/**
 * Runs the commands of standard input. Requests are sent without waiting for the replies before them; results are printed
 * in order. Fails with exit code 1 at the end where a line failed, at once where the connection is lost for good.
 */
export const batch = Effect.fnUntraced(function* (
  { answer, isStreaming, parse }: Questions,
  presentation: Options
) {
  const { address, messages } = presentation
  if (yield* stdinIsFolder) {
    return yield* new Failure({ code: exitCode.usage, sentence: messages.usage.stdinIsFolder })
  }
  const stdio = yield* Stdio.Stdio
  let refused = false
  const reportLine = (number: number, sentence: string) =>
    Effect.suspend(() => {
      refused = true
      return printError(messages.client.lineFailed(number, sentence))
    })
  /** As `reportLine`; with --json also as a line of standard output, so that there is one for each command. */
  const failLine = (number: number, code: string, sentence: string) =>
    Effect.andThen(
      reportLine(number, sentence),
      presentation.json ? print(`${toJsonLine({ code, error: sentence })}\n`) : Effect.void
    )

  /** Runs a line; gives the effect that prints its results. */
  const ask = ({ number, request }: Line) => {
    if (request === undefined) {
      return Effect.succeed(failLine(number, "QUOTES", messages.usage.unbalancedQuotes))
    }
    const show = <R>(results: Stream.Stream<Result, AnswerError, R>) =>
      render(request, results, {
        ...presentation,
        failuresAreValues: true,
        printError: (sentence) => reportLine(number, sentence)
      }).pipe(
        Effect.catchTag("Failure", () =>
          Effect.sync(() => {
            refused = true
          })
        )
      )
    const fail = (error: AnswerError) =>
      failLine(number, codeOf(error), errorMessage(error, address, messages).sentence)
    // A listing may be endless: it is received when it is its turn to be printed, and not before.
    return request._tag === "Names"
      ? Effect.succeed(Effect.catchIf(show(answer(request)), endsLineOnly, fail))
      : Stream.runCollect(answer(request)).pipe(
          Effect.map((results) => show(Stream.fromIterable(results))),
          Effect.catchIf(endsLineOnly, (error) => Effect.succeed(fail(error)))
        )
  }

  let closing: Line | undefined
  yield* stdio.stdin.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.zipWithIndex,
    Stream.filter(([line]) => !/^\s*#/.test(line)),
    Stream.map(([line, index]) => ({
      number: index + 1,
      args: splitLine(ByteString.fromText(line))
    })),
    Stream.filter(({ args }) => args?.length !== 0),
    Stream.map(({ args, number }): Line => ({
      number,
      request: args === undefined ? undefined : parse(args)
    })),
    Stream.takeWhile((line) => {
      // It closes the connection, so it is sent after everything before it is answered.
      if (line.request !== undefined && closesConnection(line.request)) closing = line
      return closing === undefined
    }),
    Stream.mapEffect(ask, {
      // With --output - bytes go to standard output as they come, so only one request may be under way.
      concurrency: isStreaming ? 1 : inFlight
    }),
    Stream.runForEach((printResults) => printResults)
  )
  if (closing !== undefined) yield* yield* ask(closing)
  if (refused) return yield* new Failure({ code: exitCode.refused, sentence: "" })
})
