/** Changes a shared folder again and again and asks for its names after each change: how often is the answer not what is there? */
import { Effect, Schema, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Address } from "../../../src/domain/Address.ts"
import { type ConnectionEnded, connect, type RawSocket } from "../peers/RawSocket.ts"
import { type Reply, readReply, textOf } from "../peers/Replies.ts"
import { request } from "../values/Bytes.ts"
import { seeded } from "../values/Seeded.ts"
import { makeChurn } from "./Churn.ts"

/** How much is changed and asked. */
export interface Options {
  /** Its real path. */
  readonly folder: string
  readonly address: Address
  readonly changes: number
  readonly seed: number
}

/** After so many changes folders get time to be believed. */
const burst = 20

/** What was not changed for longer than this may be held in memory. In milliseconds. */
const rest = 130

const textsOf = (reply: Reply | undefined): ReadonlyArray<string> =>
  reply?._tag === "List" ? reply.items.map(textOf) : [`not a list: ${JSON.stringify(reply)}`]

const ask = (socket: RawSocket, ...words: ReadonlyArray<string>) =>
  Effect.andThen(socket.send(request(...words)), readReply(socket))

/** What HTTP lists of a folder, as far as it is of interest. */
const folderOf = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      itens: Schema.Array(
        Schema.Struct({ nome: Schema.String, tipo: Schema.Literals(["arquivo", "pasta"]) })
      )
    })
  )
)

/** The names of a whole scan, sorted. */
const scanned = Effect.fnUntraced(function* (socket: RawSocket) {
  const names: Array<string> = []
  for (let cursor = "0"; ;) {
    const reply: Reply = yield* ask(socket, "SCAN", cursor, "COUNT", "100")
    const [next, page] = reply._tag === "List" ? reply.items : []
    names.push(...textsOf(page))
    cursor = textOf(next)
    if (cursor === "0" || cursor === "") return names
  }
})

/** The files in a folder, "" or with a slash at its end, as HTTP lists them for programs; of the shared folder, by whole names. */
const listed = ({ host, port }: Address, folder: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    const path = folder.split("/").map(encodeURIComponent).join("/")
    const response = await fetch(`http://${host}:${port}/${path}?formato=json`)
    return folderOf(await response.text())
      .itens.filter(({ tipo }) => tipo === "arquivo")
      .map(({ nome }) => folder + nome)
  })

const sorted = (names: ReadonlyArray<string>) =>
  names
    .map((name) => Buffer.from(name))
    .sort(Buffer.compare)
    .map(String)

/** What came of it: what was asked wrongly answered, a sentence each. */
export const wrongAnswers = ({
  address,
  changes,
  folder,
  seed
}: Options): Effect.Effect<ReadonlyArray<string>, ConnectionEnded, Scope.Scope> =>
  Effect.gen(function* () {
    const random = seeded(seed)
    const churn = makeChurn(folder, seed)
    const socket = yield* connect(address)
    const wrong: Array<string> = []
    /** Each with what it must be answered, where these names are there. */
    const questions: ReadonlyArray<
      (there: ReadonlyArray<string>) => readonly [Effect.Effect<unknown, ConnectionEnded>, unknown]
    > = [
      (there) => [Effect.map(ask(socket, "LISTAR"), textsOf), there],
      (there) => [Effect.map(ask(socket, "KEYS", "*"), textsOf), there],
      (there) => [Effect.map(scanned(socket), sorted), there],
      (there) => [
        Effect.map(ask(socket, "DBSIZE"), (reply) => reply._tag === "Integer" && reply.value),
        there.length
      ],
      (there) => {
        const after = there[random(there.length)] ?? ""
        return [
          Effect.map(ask(socket, "LISTAR", "LIMITE", "5", "APOS", after), textsOf),
          there.slice(there.indexOf(after) + 1).slice(0, 5)
        ]
      },
      (there) => {
        const all = churn.folders()
        const one = all[random(all.length)] ?? ""
        const isIn = (name: string) => name.startsWith(one) && !name.slice(one.length).includes("/")
        return [listed(address, one), there.filter(isIn)]
      }
    ]
    for (let index = 0; index < 30; index++) churn.change()
    for (let done = 1; done <= changes; done++) {
      const what = churn.change()
      const chosen = random(questions.length)
      const [question, expected] = questions[chosen]?.(churn.names()) ?? [Effect.void, undefined]
      const answer = yield* question
      if (JSON.stringify(answer) !== JSON.stringify(expected)) {
        wrong.push(
          `change ${done}, ${what}, question ${chosen}: ${JSON.stringify(answer)} in place of ${JSON.stringify(expected)}`
        )
      }
      // Time itself is what a folder must have behind it to be held.
      if (done % burst === 0) yield* TestClock.withLive(Effect.sleep(rest))
    }
    return wrong
  })
