/**
 * The menu: the original's five entries, chosen with the arrows or by typing, over a connection that is kept from one
 * question to the next and made again if the server has closed it meanwhile.
 */
import { Context, Effect, Layer, ScopedRef } from "effect"
import { Prompt } from "effect/cli"
import { Client, type ConnectFailed, ConnectionLost } from "../client/Client.ts"
import { escape } from "../client/Display.ts"
import * as Grammar from "../domain/Grammar.ts"
import * as Word from "../domain/Word.ts"
import * as Answer from "./Answer.ts"
import { explain } from "./Explain.ts"
import { exitCode, Failure } from "./Failure.ts"
import type { Messages } from "./Messages.ts"
import { complain, print } from "./Output.ts"

const entries = ["1 CONSULTA", "2 HORA", "3 ARQUIVO <nome>", "4 LISTAR", "5 SAIR"] as const
type Entry = (typeof entries)[number]

const chooseEntry = ({ menu }: Messages) =>
  Prompt.run(
    Prompt.AutoComplete<Entry>({
      message: menu.question,
      emptyMessage: menu.nothing,
      filterLabel: menu.filter,
      filterPlaceholder: menu.placeholder,
      choices: entries.map((entry) => ({ title: entry, value: entry }))
    })
  )

const chooseFile = (names: ReadonlyArray<Word.Word>, { menu }: Messages) =>
  Prompt.run(
    Prompt.AutoComplete<Word.Word>({
      message: menu.file,
      emptyMessage: menu.nothing,
      filterLabel: menu.filter,
      filterPlaceholder: menu.placeholder,
      choices: names.map((name) => ({ title: escape(Word.toTextLossy(name)), value: name }))
    })
  )

/** The most names offered at once; beyond that, a name is better given to `--cmd`. */
const mostNames = 10_000

/** The names on the server. */
const listNames = Effect.gen(function* () {
  const client = yield* Client
  yield* client.send([
    Grammar.print({ _tag: "List", pattern: undefined, after: undefined, limit: mostNames })
  ])
  const reply = yield* client.receive
  return reply._tag === "List"
    ? reply.items.flatMap((item) => (item._tag === "Bulk" ? [item.value] : []))
    : []
})

const ask = Effect.fnUntraced(function* (
  words: Answer.Words,
  options: Answer.Options,
  { menu }: Messages
) {
  const client = yield* Client
  yield* client.send([words])
  const outcome = yield* Answer.receive(words, options)
  if (outcome._tag !== "Saved") return yield* Answer.present(outcome, options)
  const { path, size } = outcome.saved
  return yield* print(`${menu.saved(escape(path), size)}\n`)
})

/** Asks until the person says goodbye. */
export const menu = Effect.fn("menu")(
  function* (
    server: Layer.Layer<Client, ConnectFailed>,
    options: Answer.Options,
    address: string,
    messages: Messages
  ) {
    const connect = Effect.map(Layer.build(server), (context) => Context.get(context, Client))
    const connection = yield* ScopedRef.fromAcquire(connect)

    /** Asks over the connection that is kept; where the server has closed it, over a new one, once. */
    const connected = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
      const attempt = Effect.flatMap(ScopedRef.get(connection), (client) =>
        Effect.provideService(effect, Client, client)
      )
      return Effect.catchIf(
        attempt,
        (error) => error instanceof ConnectionLost,
        () => Effect.andThen(ScopedRef.set(connection, connect), attempt)
      )
    }

    const question = (words: Answer.Words) => connected(ask(words, options, messages))

    const answer = Effect.fnUntraced(function* (entry: Entry) {
      switch (entry) {
        case "1 CONSULTA":
          return yield* question(Grammar.print({ _tag: "Info" }))
        case "2 HORA":
          return yield* question(Grammar.print({ _tag: "Time" }))
        case "3 ARQUIVO <nome>": {
          const names = yield* connected(listNames)
          if (names.length === 0) return yield* complain(messages.menu.noFiles)
          const name = yield* chooseFile(names, messages)
          return yield* question(
            Grammar.print({
              _tag: "SendFile",
              name,
              start: 0,
              length: undefined,
              version: undefined
            })
          )
        }
        case "4 LISTAR":
          return yield* question(
            Grammar.print({ _tag: "List", pattern: undefined, after: undefined, limit: undefined })
          )
        case "5 SAIR":
          return yield* question(Grammar.print({ _tag: "Close" }))
      }
    })

    while (true) {
      const entry = yield* chooseEntry(messages)
      yield* Effect.catchTag(answer(entry), ["Refused", "StrangeName", "SaveFailed"], (error) =>
        complain(explain(error, address, messages).sentence)
      )
      if (entry === "5 SAIR") return
    }
  },
  Effect.scoped,
  // The prompt has shown the cursor again; what it leaves out is the end of its line.
  Effect.catchTag("QuitError", () =>
    Effect.andThen(
      print("\n"),
      Effect.fail(new Failure({ code: exitCode.interrupted, sentence: "" }))
    )
  )
)
