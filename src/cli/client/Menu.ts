/**
 * The menu: the original's five entries, chosen with the arrows or by typing. The connection is kept from one request to
 * the next, and made again if the server has closed it meanwhile.
 */
import { Effect, Stream } from "effect"
import { Prompt } from "effect/cli"
import { escape } from "../Escape.ts"
import type { Connectors } from "../../client/Connector.ts"
import { receiveReply } from "../../client/files/RemoteFile.ts"
import type { Args } from "../../commands/Argument.ts"
import * as Parser from "../../commands/Parser.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { errorMessage } from "./ErrorMessage.ts"
import { exitCode, Failure } from "../Failure.ts"
import type { Messages } from "../Messages.ts"
import { printError, print } from "../Output.ts"
import type { Questions } from "./Questions.ts"
import { type Options, render } from "./Render.ts"

const entries = ["1 CONSULTA", "2 HORA", "3 ARQUIVO <nome>", "4 LISTAR", "5 SAIR"] as const
type Entry = (typeof entries)[number]

/** Prompts a person. A signal that ends the program meanwhile leaves the cursor on a line of its own. */
const prompt = <A>(question: Prompt.Prompt<A>) =>
  Effect.onInterrupt(Prompt.run(question), () => Effect.ignore(print("\n")))

const chooseEntry = ({ menu }: Messages) =>
  prompt(
    Prompt.AutoComplete<Entry>({
      message: menu.question,
      emptyMessage: menu.nothing,
      filterLabel: menu.filter,
      filterPlaceholder: menu.placeholder,
      choices: entries.map((entry) => ({ title: entry, value: entry }))
    })
  )

const chooseFile = (names: ReadonlyArray<ByteString.ByteString>, { menu }: Messages) =>
  prompt(
    Prompt.AutoComplete<ByteString.ByteString>({
      message: menu.file,
      emptyMessage: menu.nothing,
      filterLabel: menu.filter,
      filterPlaceholder: menu.placeholder,
      choices: names.map((name) => ({ title: escape(ByteString.toTextLossy(name)), value: name }))
    })
  )

/** The most names that are offered; beyond that, a name is better given to `--cmd`. */
const mostNames = 10_000

const all = {
  _tag: "List",
  pattern: undefined,
  after: undefined,
  fields: undefined
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

/** Runs the menu until SAIR, Ctrl-C or the end of input. */
export const menu = Effect.fn("menu")(
  function* ({ answer, parse }: Questions, connectors: Connectors, presentation: Options) {
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

    const choose = Effect.fnUntraced(function* (entry: Entry) {
      switch (entry) {
        case "1 CONSULTA":
          return yield* question(Parser.print({ _tag: "Info" }))
        case "2 HORA":
          return yield* question(Parser.print({ _tag: "Time" }))
        case "3 ARQUIVO <nome>": {
          const names = yield* listNames(connectors)
          if (names.length === 0) return yield* printError(messages.menu.noFiles)
          const name = yield* chooseFile(names, messages)
          return yield* fetch(
            Parser.print({
              _tag: "SendFile",
              name,
              start: 0,
              length: undefined,
              version: undefined,
              prefix: undefined
            })
          )
        }
        case "4 LISTAR":
          return yield* question(Parser.print({ ...all, limit: undefined }))
        case "5 SAIR":
          return yield* question(Parser.print({ _tag: "Close" }))
      }
    })

    yield* connectors.bytes.connect
    while (true) {
      const entry = yield* chooseEntry(messages)
      yield* choose(entry).pipe(
        Effect.catchTag(["ErrorReply", "UnexpectedName", "SaveFailed", "Mismatch"], (error) =>
          printError(errorMessage(error, address, messages).sentence)
        ),
        // Its reason is printed already; the menu goes on.
        Effect.catchTag("Failure", () => Effect.void)
      )
      if (entry === "5 SAIR") return
    }
  },
  // The prompt restores the cursor, but does not end its line.
  Effect.catchTag("QuitError", () =>
    Effect.andThen(
      print("\n"),
      Effect.fail(new Failure({ code: exitCode.interrupted, sentence: "" }))
    )
  )
)
