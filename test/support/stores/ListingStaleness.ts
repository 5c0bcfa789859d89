/** Changes a shared folder again and again and asks for its names after each change: how often is the answer not what is there? */
import { Effect, Schema, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { lstatSync } from "node:fs"
import { join } from "node:path"
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
  /** Whether HTTP is asked as well, folder by folder, which takes longer; not unless given. */
  readonly http?: boolean
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

/**
 * The names in a folder and all below it, as HTTP lists them for programs. It shows folders behind links as well, whose
 * files other lists name once only, without the link.
 */
const listed = (
  address: Address,
  root: string,
  folder = ""
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const path = folder.split("/").map(encodeURIComponent).join("/")
    const url = `http://${address.host}:${address.port}/${path}?formato=json`
    const { itens } = yield* Effect.promise(async () => folderOf(await (await fetch(url)).text()))
    const names: Array<string> = []
    for (const { nome, tipo } of itens) {
      const name = folder + nome
      if (tipo === "arquivo") names.push(name)
      else if (!lstatSync(join(root, name)).isSymbolicLink())
        names.push(...(yield* listed(address, root, `${name}/`)))
    }
    return names
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
  http = false,
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
      Effect.map(ask(socket, "DBSIZE"), (reply) => (reply._tag === "Integer" ? reply.value : -1)),
      ...(http ? [Effect.map(listed(address, folder), sorted)] : [])
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
          : chosen < questions.length
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
