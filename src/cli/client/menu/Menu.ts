/**
 * The menu: the original's five entries, chosen with the arrows or by typing. The connection is kept from one request to
 * the next, and made again if the server has closed it meanwhile. How a choice is made is left to ChoicePrompt.
 */
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import { Effect, Layer, Redacted, Stream, Terminal } from "effect"
import { Prompt } from "effect/cli"
import { ErrorReply } from "../../../client/Connection.ts"
import { type Connectors, disconnectAll } from "../../../client/Connector.ts"
import { receiveReply } from "../../../client/files/RemoteFile.ts"
import type { Args } from "../../../commands/Argument.ts"
import * as Parser from "../../../commands/Parser.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import { escape } from "../../Escape.ts"
import { exitCode, Failure } from "../../Failure.ts"
import type { Messages } from "../../Messages.ts"
import { print, printError } from "../../Output.ts"
import { interruptSignal } from "../../Signals.ts"
import { errorMessage } from "../ErrorMessage.ts"
import type { Questions } from "../Questions.ts"
import { type Options as Presentation, render } from "../Render.ts"
import { choose } from "./ChoicePrompt.ts"

const entries = ["1 CONSULTA", "2 HORA", "3 ARQUIVO <nome>", "4 LISTAR", "5 SAIR"] as const
type Entry = (typeof entries)[number]

/** What the menu is run with. */
export interface Options {
  readonly questions: Questions
  readonly connectors: Connectors
  readonly presentation: Presentation
  /** Has later connections use the password, too. */
  readonly setPassword: (password: Redacted.Redacted) => void
  /** Clears the progress of an interrupted transfer; what it leaves, in one sentence, empty where that is nothing. */
  readonly endTransfer: () => string
}

const interrupted = new Failure({ code: exitCode.interrupted, sentence: "" })

/** Ends the menu on SIGINT, which is Ctrl-C but at a prompt, where the terminal is read key by key. */
const orExit = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.raceFirst(effect, Effect.andThen(interruptSignal, Effect.fail(interrupted)))

/** Prompts a person. A signal that ends the program meanwhile leaves the cursor on a line of its own. */
const prompt = <A>(question: Prompt.Prompt<A>) =>
  orExit(Effect.onInterrupt(Prompt.run(question), () => Effect.ignore(print("\n"))))

const textsOf = ({ menu }: Messages, message: string) => ({
  message,
  filter: menu.filter,
  placeholder: menu.placeholder,
  nothing: menu.nothing
})

const chooseEntry = (messages: Messages) =>
  prompt(
    choose<Entry>(
      entries.map((entry) => ({ title: entry, value: entry })),
      textsOf(messages, messages.menu.question),
      false
    )
  )

const chooseFile = (names: ReadonlyArray<ByteString.ByteString>, messages: Messages) =>
  prompt(
    choose(
      names.map((name) => ({ title: escape(ByteString.toTextLossy(name)), value: name })),
      textsOf(messages, messages.menu.file),
      true
    )
  )

/** The most names that are offered; beyond that, a name is better given to `--cmd`. */
const mostNames = 10_000

const all = {
  _tag: "List",
  pattern: undefined,
  after: undefined,
  fields: undefined,
  digest: undefined
} as const

/** The names on the server, at most `mostNames`. */
const listNames = ({ bytes }: Connectors) =>
  Effect.map(
    bytes.ask(() => Parser.print({ ...all, limit: mostNames }), receiveReply),
    (reply) =>
      reply._tag === "List"
        ? reply.items.flatMap((item) => (item._tag === "Bulk" ? [item.value] : []))
        : []
  )

const wantsPassword = (error: unknown): boolean =>
  error instanceof ErrorReply && (error.code === "NOAUTH" || error.code === "WRONGPASS")

/** Ctrl-C and Ctrl-D end the menu; Esc is ChoicePrompt's. */
const quits = ({ key: { ctrl, name } }: Terminal.UserInput): boolean =>
  ctrl && (name === "c" || name === "d")

/** Runs the menu until SAIR, Ctrl-C at a prompt or the end of input. Ctrl-C in a transfer stops that transfer. */
export const menu = Effect.fn("menu")(
  function* ({ connectors, presentation, questions, setPassword, endTransfer }: Options) {
    const { answer, parse } = questions
    const { address, messages } = presentation

    const question = (args: Args) => {
      const request = parse(args)
      return render(request, answer(request), presentation)
    }

    const fetch = Effect.fnUntraced(function* (args: Args) {
      const request = parse(args)
      const results = yield* Stream.runCollect(answer(request))
      presentation.clear()
      for (const result of results) {
        if (result._tag === "Saved") {
          yield* print(`${messages.menu.saved(escape(result.path), result.size)}\n`)
        } else {
          yield* render(request, Stream.succeed(result), presentation)
        }
      }
    })

    /** Runs a request; Ctrl-C ends it, and what is kept of it is told. */
    const untilInterrupted = <A, E, R>(request: Effect.Effect<A, E, R>) =>
      Effect.raceFirst(
        request,
        Effect.andThen(
          interruptSignal,
          Effect.suspend(() => {
            const sentence = endTransfer()
            return print(sentence === "" ? "\n" : `\n${sentence}\n`)
          })
        )
      )

    const run = Effect.fnUntraced(function* (entry: Entry) {
      switch (entry) {
        case "1 CONSULTA":
          return yield* untilInterrupted(question(Parser.print({ _tag: "Info" })))
        case "2 HORA":
          return yield* untilInterrupted(question(Parser.print({ _tag: "Time" })))
        case "3 ARQUIVO <nome>": {
          const names = yield* orExit(listNames(connectors))
          if (names.length === 0) return yield* printError(messages.menu.noFiles)
          const name = yield* chooseFile(names, messages)
          if (name === undefined) return
          const whole = { start: 0, length: undefined, version: undefined, prefix: undefined }
          return yield* untilInterrupted(fetch(Parser.print({ _tag: "SendFile", name, ...whole })))
        }
        case "4 LISTAR":
          return yield* untilInterrupted(question(Parser.print({ ...all, limit: undefined })))
        case "5 SAIR":
          return yield* orExit(question(Parser.print({ _tag: "Close" })))
      }
    })

    /** Runs the entry; where the server wants a password, asks for it and runs the entry again, until it is given up. */
    const runAuthenticated = (
      entry: Entry
    ): Effect.Effect<
      void,
      Effect.Error<ReturnType<typeof run>>,
      Effect.Services<ReturnType<typeof run>>
    > =>
      Effect.catchIf(run(entry), wantsPassword, (error) =>
        Effect.gen(function* () {
          if (error instanceof ErrorReply && error.code === "WRONGPASS") {
            yield* printError(messages.menu.wrongPassword)
          }
          const password = yield* prompt(Prompt.Hidden({ message: messages.menu.password }))
          if (Redacted.value(password) === "") return
          setPassword(password)
          // The password goes with the greeting of a connection.
          yield* disconnectAll(connectors)
          return yield* runAuthenticated(entry)
        })
      )

    yield* orExit(connectors.bytes.connect)
    while (true) {
      const entry = yield* chooseEntry(messages)
      if (entry === undefined) continue
      yield* runAuthenticated(entry).pipe(
        Effect.catchTag(["ErrorReply", "UnexpectedName", "SaveFailed", "Mismatch"], (error) =>
          printError(errorMessage(error, address, messages).sentence)
        ),
        // Its reason is printed already; the menu goes on, unless it was interrupted.
        Effect.catchIf(
          (error): error is Failure =>
            error._tag === "Failure" && error.code !== exitCode.interrupted,
          () => Effect.void
        )
      )
      if (entry === "5 SAIR") return
    }
  },

  // The prompt restores the cursor, but does not end its line.
  Effect.catchTag("QuitError", () => Effect.andThen(print("\n"), Effect.fail(interrupted))),
  Effect.provide(Layer.effect(Terminal.Terminal, NodeTerminal.make(quits)))
)
