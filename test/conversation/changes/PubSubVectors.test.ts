/**
 * Replies captured from a real redis-server to what subscribers and readers of streams ask (test/fixtures/README.md), asked
 * again of this server, whole and byte by byte. What another client wrote to Redis is a change of a file here.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, type Scope } from "effect"
import type { FileChange } from "../../../src/domain/FileChange.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import vectors from "../../fixtures/pubsub-vectors.json" with { type: "json" }
import { connect, deliver, type RawSocket, sendByteByByte } from "../../support/peers/RawSocket.ts"
import { acceptedSockets, serve } from "../../support/programs/TestServer.ts"
import { bulk, request } from "../../support/values/Bytes.ts"
import { created, deleted, filesOf, idOf as id, recorderOf } from "../../support/values/Changes.ts"
import * as StreamReplies from "../../support/values/StreamReplies.ts"

interface Step {
  readonly in?: string
  /** What another client wrote. */
  readonly other?: string
  readonly out: string
}

interface Vector extends Step {
  readonly case: string
  readonly in: string
  readonly closed: boolean
  readonly protocol: number
  readonly config?: Readonly<Record<string, string>>
  readonly steps?: ReadonlyArray<Step>
}

const all: ReadonlyArray<Vector> = vectors

/** What the server was set to, of the flags of notifications. */
const isAsHere = ({ config }: Vector): boolean =>
  config === undefined || config["notify-keyspace-events"] === "KEA"

/** What has no counterpart: writing, what only Redis tells of keys, and invalidation. */
const isOurs = (vector: Vector): boolean =>
  isAsHere(vector)
  && !/tracking|TRACKING|GETREDIR|XADD|expire|append|rename|RENAME|off \(|notifications off|SPUBLISH|PUBLISH without|trimmed/.test(
    vector.case
  )
  && !(vector.steps ?? []).some(({ other }) => other !== undefined && changeOf(other) === undefined)

/** The arguments of a request. */
const words = (bytes: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let rest = bytes.slice(bytes.indexOf("\r\n") + 2)
  while (rest.startsWith("$")) {
    const start = rest.indexOf("\r\n") + 2
    const length = Number(rest.slice(1, start - 2))
    found.push(rest.slice(start, start + length))
    rest = rest.slice(start + length + 2)
  }
  return found
}

/** The change of a file that stands for what was written to Redis. */
const changeOf = (bytes: string): FileChange | undefined => {
  const [command, name = "", value = "", , field = ""] = words(bytes)
  // A file's name is UTF-8.
  if (/[\x80-\xff]/.test(name) && name.includes("\r")) return undefined
  const text = Buffer.from(name, "latin1").toString("utf8")
  if (text.includes("\ufffd")) return undefined
  if (command === "SET") return created(text)
  if (command === "DEL") return deleted(text)
  if (command === "XADD" && value === "3-1") return deleted(field === "apagado" ? "b" : "x")
  return undefined
}

/** Redis's entries 1-1 and 2-1 are of one name, of which only the newest is kept here: another name stands for the first. */
const inTheStream = [created("antes.txt"), created("a.txt")]
const redisEntry = StreamReplies.entry
const entry = (sequence: number, ...fields: ReadonlyArray<string>): string =>
  StreamReplies.entry(id(sequence), ...fields)

/** What was captured, in this server's ids, names and fields. */
const translate = (bytes: string): string => {
  const entries: ReadonlyArray<readonly [string, string]> = [
    [
      redisEntry("1-1", "op", "criado", "nome", "a.txt"),
      entry(1, "op", "criado", ...StreamReplies.fileFields("antes.txt"))
    ],
    [
      redisEntry("2-1", "op", "alterado", "nome", "a.txt"),
      entry(2, "op", "criado", ...StreamReplies.fileFields("a.txt"))
    ],
    [redisEntry("3-1", "op", "x"), entry(3, "op", "apagado", "nome", "x")],
    [redisEntry("3-1", "op", "apagado", "nome", "b"), entry(3, "op", "apagado", "nome", "b")]
  ]
  let text = bytes
  for (const [redis, ours] of entries) text = text.replaceAll(redis, ours)
  for (const sequence of [1, 2, 3])
    text = text
      .replaceAll(bulk(`${sequence}-1`), bulk(id(sequence)))
      .replaceAll(bulk(`(${sequence}-1`), bulk(`(${id(sequence)}`))
  // 0 is the place before the first change of the log only where it is the log's own.
  return text.replaceAll("arquivos\r\n$1\r\n0\r\n", `arquivos\r\n${bulk(id(0))}`)
}

/** What is the server's own business: who it is, its sentence for unknown commands, and what Redis keeps streams in. */
const loosely = (text: string): string =>
  text
    .replace(/\$6\r\nserver\r\n.*?modules/gs, "hello")
    .replace(/-ERR (?:Comando desconhecido\. \()?unknown command .*?\r\n/g, "-ERR unknown\r\n")
    .replace(/radix-tree-(keys|nodes)\r\n:\d+/g, "radix-tree-$1")

/** The confirmations of UNSUBSCRIBE of all, whose order is no promise, and the channels of PUBSUB CHANNELS. */
const inAnyOrder = (text: string): string => {
  const names: Array<string> = []
  const anonymous = text.replace(
    /(p?unsubscribe\r\n\$\d+\r\n)(.*?)\r\n/g,
    (_, head: string, name: string) => {
      names.push(name)
      return `${head}?\r\n`
    }
  )
  return `${anonymous}${names.sort().join()}`
}

const same = (vector: Vector, heard: string, expected: string): void => {
  const order = /all of two|together/.test(vector.case) ? inAnyOrder : (text: string) => text
  assert.strictEqual(order(loosely(heard)), order(loosely(expected)), vector.case)
}

/** What others had subscribed to where the case tells of it. */
const others = (vector: Vector, address: Parameters<typeof connect>[0]) =>
  Effect.gen(function* () {
    const follow = (...names: ReadonlyArray<string>) =>
      Effect.gen(function* () {
        const client = yield* connect(address)
        yield* client.send(request(...names))
        yield* client.takeThrough(`:${names.length - 1}\r\n`)
        return client
      })
    if (/PUBSUB (CHANNELS b|NUMSUB a b c)/.test(vector.case)) {
      yield* follow("SUBSCRIBE", "a", "b")
      yield* follow("SUBSCRIBE", "a")
    }
    if (/NUMPAT \(two/.test(vector.case)) {
      yield* follow("PSUBSCRIBE", "p*", "q*")
      yield* follow("PSUBSCRIBE", "p*")
    }
    if (/SHARD(NUMSUB|CHANNELS)/.test(vector.case)) yield* follow("SSUBSCRIBE", "s")
  })

const scene = (vector: Vector) =>
  Effect.gen(function* () {
    const recorder = recorderOf()
    const store = MemoryFileStore.layer(filesOf({ s: "uma cadeia" }))
    const address = yield* serve(store, { changes: recorder.changes })
    if (/XR|XLEN|XINFO|TYPE/.test(vector.case)) recorder.record(inTheStream)
    yield* others(vector, address)
    const accepted = yield* acceptedSockets
    const client = yield* connect(address)
    const socket = yield* Queue.take(accepted)
    if (vector.protocol === 3) {
      yield* client.send("HELLO 3\r\n")
      yield* client.takeThrough("modules\r\n*0\r\n")
    }
    return { another: yield* connect(address), client, recorder, socket }
  })

type Scene = Effect.Success<ReturnType<typeof scene>>

const play = (
  vector: Vector,
  send: (scene: Scene, bytes: string) => Effect.Effect<void>
): Effect.Effect<void, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const here = yield* scene(vector)
    const { client, recorder } = here
    for (const { in: bytes, other, out } of vector.steps ?? [vector]) {
      if (other !== undefined)
        recorder.record([changeOf(other)].filter((change) => change !== undefined))
      else yield* send(here, translate(bytes ?? ""))
      const expected = translate(out)
      same(vector, yield* hear(client, expected), expected)
    }
    if (vector.closed) assert.strictEqual(yield* client.rest, "")
    else yield* client.ask("RESET\r\n", "+RESET\r\n")
  })

/** As much as is expected; where that has another length here, up to what it ends with. */
const hear = (client: RawSocket, expected: string) => {
  if (expected.includes("$6\r\nserver\r\n")) return client.takeThrough("modules\r\n*0\r\n")
  return expected.startsWith("-ERR unknown command")
    ? client.takeThrough("\r\n")
    : client.take(expected.length)
}

/** Sends, and waits until the server has read it and answered what needs no change. */
const sendWhole = ({ another, client, socket }: Scene, bytes: string) =>
  Effect.andThen(deliver(client, socket, bytes), Effect.orDie(another.ask("PING\r\n", "+PONG\r\n")))

const ours = all.filter(isOurs)

describe("what redis-server answers to subscribers and readers of streams", () => {
  it("is compared in so many cases", () => {
    assert.strictEqual(ours.length, 134)
  })

  for (const vector of ours) {
    it.live(`is answered alike: ${vector.case}`, () => play(vector, sendWhole))
    it.live(`is answered alike when it comes byte by byte: ${vector.case}`, () =>
      play(vector, ({ client, socket }, bytes) => sendByteByByte(client, socket, bytes))
    )
  }
})
