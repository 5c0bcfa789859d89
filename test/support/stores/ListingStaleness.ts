/** Changes a shared folder again and again and asks for its names after each change: how often is the answer not what is there? */
import { Effect, type Scope } from "effect"
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
    const questions = [
      Effect.map(ask(socket, "LISTAR"), textsOf),
      Effect.map(ask(socket, "KEYS", "*"), textsOf),
      Effect.map(scanned(socket), sorted),
      Effect.map(ask(socket, "DBSIZE"), (reply) => (reply._tag === "Integer" ? reply.value : -1))
    ]
    for (let index = 0; index < 30; index++) churn.change()
    for (let done = 1; done <= changes; done++) {
      const what = churn.change()
      const there = churn.names()
      const after = there[random(there.length)] ?? ""
      const page = Effect.map(ask(socket, "LISTAR", "LIMITE", "5", "APOS", after), textsOf)
      const chosen = random(questions.length + 1)
      const answer = yield* questions[chosen] ?? page
      const expected =
        chosen === 3
          ? there.length
          : chosen < 3
            ? there
            : there.slice(there.indexOf(after) + 1).slice(0, 5)
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
