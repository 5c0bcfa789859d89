/** `app client`: one question, a batch of them from standard input, or a menu for a person. */
import { NodeSocket } from "@effect/platform-node"
import { Duration, Effect, Layer, Option, Stdio, Stream } from "effect"
import { Argument, Command } from "effect/cli"
import { Socket } from "effect/socket"
import { Client } from "../client/Client.ts"
import { splitLine } from "../codec/InlineLine.ts"
import * as Grammar from "../domain/Grammar.ts"
import * as Word from "../domain/Word.ts"
import { formatAddress } from "../server/Listener.ts"
import * as Answer from "./Answer.ts"
import { explain } from "./Explain.ts"
import { exitCode, Failure } from "./Failure.ts"
import * as Flags from "./Flags.ts"
import { menu } from "./Menu.ts"
import type { Messages } from "./Messages.ts"
import { complain } from "./Output.ts"
import { stopSignal } from "./Signals.ts"

/** How long to wait for a connection, and in the middle of an answer, unless `--timeout` says otherwise for both. */
const defaultTimeouts = { connecting: Duration.seconds(10), silence: Duration.seconds(15) }

/** Where to ask, and how long to wait. */
interface Server {
  readonly host: string
  readonly port: number
  readonly timeout: Option.Option<Duration.Duration>
}

/** A connection to the server, made when the layer is built. */
const connection = ({ host, port, timeout }: Server) => {
  const connecting = Option.getOrElse(timeout, () => defaultTimeouts.connecting)
  const silence = Option.getOrElse(timeout, () => defaultTimeouts.silence)
  return Client.layer({ silence }).pipe(
    Layer.provide(
      Layer.effect(
        Socket.Socket,
        NodeSocket.makeNet({ host, port, openTimeout: connecting, noDelay: true, keepAlive: true })
      )
    )
  )
}

const interrupted = new Failure({ code: exitCode.interrupted, sentence: "" })

const usage = (sentence: string) => new Failure({ code: exitCode.usage, sentence })

/** The words of `--cmd`: split by the rules of an inline request only where no arguments follow. */
const wordsOf = (
  cmd: string,
  rest: ReadonlyArray<string>,
  messages: Messages
): Effect.Effect<Answer.Words, Failure> => {
  const words =
    rest.length === 0 ? splitLine(Word.fromText(cmd)) : [cmd, ...rest].map(Word.fromText)
  if (words === undefined) return Effect.fail(usage(messages.usage.unbalancedQuotes))
  return words.length === 0
    ? Effect.fail(usage(messages.usage.emptyCommand))
    : Effect.succeed(words)
}

/** How many questions may be on their way before the first is answered. */
const inFlight = 64

/** A line of a batch: its number, counted from 1, and its words, unless its quotes are unbalanced. */
interface Line {
  readonly number: number
  readonly words: Answer.Words | undefined
}

const isFarewell = ({ words }: Line): boolean => {
  const tag = words === undefined ? undefined : Grammar.parse(words)._tag
  return tag === "Close" || tag === "Quit"
}

/** Asks a command a line, without waiting for one answer before the next question; answers come out in order. */
const batch = Effect.fnUntraced(function* (
  options: Answer.Options,
  address: string,
  messages: Messages
) {
  const client = yield* Client
  const stdio = yield* Stdio.Stdio
  let refused = false
  const complainOf = (number: number, sentence: string) => {
    refused = true
    return complain(messages.client.lineSkipped(number, sentence))
  }
  yield* stdio.stdin.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.zipWithIndex,
    Stream.map(([line, index]): Line => ({
      number: index + 1,
      words: splitLine(Word.fromText(line))
    })),
    Stream.filter(({ words }) => words?.length !== 0),
    Stream.takeUntil(isFarewell),
    Stream.tap(({ words }) => (words === undefined ? Effect.void : client.send([words]))),
    Stream.buffer({ capacity: inFlight }),
    Stream.runForEach(({ number, words }) =>
      words === undefined
        ? complainOf(number, messages.usage.unbalancedQuotes)
        : Answer.receive(words, options).pipe(
            Effect.flatMap((outcome) => Answer.present(outcome, options)),
            Effect.catchTag(["Refused", "StrangeName", "SaveFailed"], (error) =>
              complainOf(number, explain(error, address, messages).sentence)
            )
          )
    )
  )
  if (refused) return yield* new Failure({ code: exitCode.refused, sentence: "" })
})

/** The command. */
export const client = (messages: Messages) =>
  Command.make(
    "client",
    {
      host: Flags.host(messages),
      port: Flags.port(messages),
      cmd: Flags.cmd(messages),
      output: Flags.output(messages),
      json: Flags.json(messages),
      timeout: Flags.timeout(messages),
      rest: Argument.String("argumento").pipe(
        Argument.withDescription(messages.help.arguments),
        Argument.variadic()
      )
    },
    Effect.fn("client")(function* ({ cmd, host, json, output, port, rest, timeout }) {
      const address = formatAddress({ host, port })
      const options = { json, output: Option.getOrUndefined(output) }
      const server = connection({ host, port, timeout })
      const stdio = yield* Stdio.Stdio
      const person = (yield* stdio.stdinIsTerminal) && (yield* stdio.stdoutIsTerminal)

      const run = Effect.gen(function* () {
        if (Option.isSome(cmd)) {
          const words = yield* wordsOf(cmd.value, rest, messages)
          return yield* Effect.provide(Answer.ask(words, options), server)
        }
        if (rest.length > 0) return yield* usage(messages.usage.missing("--cmd"))
        return yield* person
          ? menu(server, options, address, messages)
          : Effect.provide(batch(options, address, messages), server)
      })
      return yield* run.pipe(
        Effect.mapError((error) =>
          error._tag === "Failure" ? error : explain(error, address, messages)
        ),
        Effect.raceFirst(Effect.andThen(stopSignal, Effect.fail(interrupted)))
      )
    })
  ).pipe(
    Command.withDescription(messages.help.client),
    Command.withExamples([
      { command: "app client", description: messages.help.examples.menu },
      { command: "app client --cmd hora_atual", description: messages.help.examples.time },
      {
        command: 'app client --cmd enviar_arquivo "Relatório de março.txt"',
        description: messages.help.examples.send
      }
    ])
  )
