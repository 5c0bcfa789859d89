/** A batch: a command a line from standard input, for a script that has many questions. */
import { Effect, Stdio, Stream } from "effect"
import { type AnswerError, isFarewell, type Request } from "../../client/Requests.ts"
import { splitLine } from "../../codec/resp/InlineLine.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { exitCode, Failure } from "../Failure.ts"
import { complain } from "../Output.ts"
import { errorMessage } from "./ErrorMessage.ts"
import type { Questions } from "./Questions.ts"
import { type Options, render } from "./Render.ts"

/** How many lines of a batch are on their way at a time. */
const inFlight = 64

/** A line of a batch: its number, counted from 1, and what it asks for, unless its quotes are unbalanced. */
interface Line {
  readonly number: number
  readonly request: Request | undefined
}

const isSettled = (error: AnswerError): boolean =>
  error._tag === "ErrorReply"
  || error._tag === "UnexpectedName"
  || error._tag === "UnaskedName"
  || error._tag === "OneFileForMany"

/** Asks a command a line, without waiting for one answer before the next question; answers come out in order. */
export const batch = Effect.fnUntraced(function* (
  { answer, isStreaming, parse }: Questions,
  presentation: Options
) {
  const { address, messages } = presentation
  const stdio = yield* Stdio.Stdio
  let refused = false
  const complainOf = (number: number, sentence: string) =>
    Effect.suspend(() => {
      refused = true
      return complain(messages.client.lineSkipped(number, sentence))
    })

  /** Asks; what comes of it is told by the effect that this gives. */
  const ask = ({ number, request }: Line) => {
    if (request === undefined) {
      return Effect.succeed(complainOf(number, messages.usage.unbalancedQuotes))
    }
    return Stream.runCollect(answer(request)).pipe(
      Effect.map((results) =>
        render(request, Stream.fromIterable(results), {
          ...presentation,
          complain: (sentence) => complainOf(number, sentence)
        }).pipe(
          Effect.catchTag("Failure", () =>
            Effect.sync(() => {
              refused = true
            })
          )
        )
      ),
      Effect.catchIf(isSettled, (error) =>
        Effect.succeed(complainOf(number, errorMessage(error, address, messages).sentence))
      )
    )
  }

  let farewell: Line | undefined
  yield* stdio.stdin.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.zipWithIndex,
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
      // It ends the connection, so it waits until everything before it is answered.
      if (line.request !== undefined && isFarewell(line.request)) farewell = line
      return farewell === undefined
    }),
    Stream.mapEffect(ask, {
      // What is streamed to standard output is printed as it comes, so only one may come at a time.
      concurrency: isStreaming ? 1 : inFlight
    }),
    Stream.runForEach((tell) => tell)
  )
  if (farewell !== undefined) yield* yield* ask(farewell)
  if (refused) return yield* new Failure({ code: exitCode.refused, sentence: "" })
})
