/**
 * A million requests that were right until something happened to them. A second decoder, slow and plain, reads the
 * same bytes as a whole and says how many requests there are: the real one must find those and no others, however
 * the bytes are cut, and each must be answered.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { setImmediate } from "node:timers/promises"
import { Foreign, Malformed, type Request } from "../../../src/codec/Codec.ts"
import { splitLine } from "../../../src/codec/resp/InlineLine.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import { mostBytes, mostArgs } from "../../../src/codec/resp/RespLimits.ts"
import { makeReplyEncoder } from "../../../src/codec/resp/RespEncoder.ts"
import { isQuery, isSessionCommand } from "../../../src/commands/Command.ts"
import * as Parser from "../../../src/commands/Parser.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import { Stats } from "../../../src/telemetry/Stats.ts"
import { Router } from "../../../src/Router.ts"
import { makeSession, type Session } from "../../../src/server/Session.ts"
import { Clock } from "../../../src/services/Clock.ts"
import { Info } from "../../../src/services/Info.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { latin1, request } from "../../support/values/Bytes.ts"
import { heapInUse } from "../../support/Heap.ts"
import { seeded } from "../../support/values/Seeded.ts"
import { fileName } from "../../support/values/Names.ts"

const requests = 1_000_000
/** Few, for what comes after a broken one is not read any more. */
const requestsPerConnection = 4
/** One route in so many is walked to its end, for an effect costs more than all the rest. */
const routesWalked = 2

const samples: ReadonlyArray<string> = [
  request("PING"),
  request("PING", "olá"),
  "PING\r\n",
  "hora_atual\n",
  "ECHO \"a\\x41\\n\" 'b'\r\n",
  "\r\n",
  "*0\r\n",
  "*-1\r\n",
  request("dados"),
  request("HORA"),
  request("listar_arquivos", "*.txt", "APOS", "a", "LIMITE", "10"),
  request("enviar_arquivo", "a.txt", "INICIO", "1", "TAMANHO", "2", "VERSAO", "x"),
  request("ARQUIVO", "../../etc/passwd"),
  request("detalhes_arquivo", "pasta/ação.txt"),
  request("soma_arquivo", "a.txt"),
  request("GET", "a.txt"),
  request("GETRANGE", "a.txt", "-3", "-1"),
  request("MGET", "a.txt", "nada", "a.txt"),
  request("EXISTS", "a.txt", "b"),
  request("KEYS", "[a-z]*\\?"),
  request("SCAN", "0", "MATCH", "*", "COUNT", "3", "TYPE", "string"),
  request("DBSIZE"),
  request("TYPE", "a.txt"),
  request("RANDOMKEY"),
  request("TIME"),
  request("INFO", "server", "stats"),
  request("CONFIG", "GET", "s*"),
  request("COMMAND", "INFO", "get", "client|id"),
  request("COMMAND", "DOCS", "scan"),
  request("CLIENT", "SETNAME", "eu"),
  request("CLIENT", "INFO"),
  request("CLIENT", "REPLY", "SKIP"),
  request("HELLO", "3", "AUTH", "default", "x", "SETNAME", "eu"),
  request("AUTH", "foobar"),
  request("SELECT", "0"),
  request("RESET"),
  request("SET", "a", "b"),
  request("QUIT"),
  request("nada", "\0\r\n\xff")
]

const scraps = [
  "\r\n",
  "\n",
  "\r",
  "*",
  "$",
  "$-1\r\n",
  "*1\r\n",
  "*3\r\n",
  "$0\r\n",
  "*65536\r\n",
  "*65537\r\n",
  "$1048576\r\n",
  "$1048577\r\n",
  '"',
  "'",
  "\\x",
  "-",
  "0",
  "9",
  "99999999999999999999",
  " ",
  "\0",
  "\xff"
]

/** What should be found in all the bytes of a connection: the words of each request; whether it then broke. */
const readPlainly = (text: string) => {
  const found: Array<ReadonlyArray<string>> = []
  let position = 0
  /** The line from `position` on, if it is complete. */
  const line = (end: "\n" | "\r"): string | undefined => {
    const at = text.indexOf(end, position)
    const next = at + (end === "\r" ? 2 : 1)
    if (at === -1 || next > text.length) return undefined
    const line = text.slice(position, at)
    position = next
    return line
  }
  // TLS, which is told that it is not spoken.
  if (text.startsWith("\x16")) return { found, broken: true }
  const length = (digits: string) => (/^(0|-?[1-9]\d*)$/.test(digits) ? Number(digits) : Number.NaN)
  while (position < text.length) {
    if (text[position] !== "*") {
      const inline = line("\n")
      if (inline === undefined) return { found, broken: false }
      const words = splitLine(inline)
      if (words === undefined) return { found, broken: true }
      if (words.length > 0) found.push(words)
      continue
    }
    const header = line("\r")
    if (header === undefined) return { found, broken: false }
    const count = length(header.slice(1))
    if (!(count <= mostArgs)) return { found, broken: true }
    const words: Array<string> = []
    let size = 0
    while (words.length < count) {
      const bulk = line("\r")
      if (bulk === undefined) return { found, broken: false }
      const bytes = bulk.startsWith("$") ? length(bulk.slice(1)) : Number.NaN
      size += bytes
      if (!(bytes >= 0 && size <= mostBytes)) return { found, broken: true }
      if (position + bytes + 2 > text.length) return { found, broken: false }
      words.push(text.slice(position, position + bytes))
      position += bytes + 2
    }
    if (words.length > 0) found.push(words)
  }
  return { found, broken: false }
}

const files = new Map([
  [fileName("a.txt"), { bytes: latin1("abcdefghij"), modified: 0 }],
  [fileName("pasta/ação.txt"), { bytes: latin1("x".repeat(100)), modified: 0 }]
])

const makeRouter = Layer.build(
  Router.layer.pipe(
    Layer.provide([MemoryFileStore.layer(files), Clock.layer(), Info.layer, Stats.layer])
  )
).pipe(Effect.map((context) => Context.get(context, Router)))

describe("a million mutated requests", () => {
  it.live(
    "crash nothing, are answered where they are whole, and leave no memory behind",
    () =>
      Effect.gen(function* () {
        const router = yield* makeRouter
        const random = seeded(20_250_101)
        const tally = { found: 0, commands: 0, broken: 0, walked: 0 }

        const mutate = (text: string): string => {
          const at = random(text.length + 1)
          const to = at + random(4)
          switch (random(7)) {
            case 0:
              return text.slice(0, at) + text.slice(to)
            case 1:
              return text.slice(0, at) + (scraps[random(scraps.length)] ?? "") + text.slice(to)
            case 2:
              return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at)
            case 3:
              return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1)
            case 4:
              return text.slice(0, to) + text.slice(at)
            case 5:
              return text.replace(/\d+/g, (digits) =>
                random(4) === 0 ? String(random(40)) : digits
              )
            default:
              return text
          }
        }

        const pieces = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
          const first = random(bytes.length + 1)
          const second = first + random(bytes.length - first + 1)
          return [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
        }

        /** As a connection answers; `undefined` for a route that is not walked. */
        const answer = (session: Session, request: Request): Reply.Reply | undefined => {
          const wanted = session.begin()
          if (request instanceof Malformed) {
            return Reply.Reply.Error({ code: "ERR", message: request.message })
          }
          if (request instanceof Foreign) return Reply.Reply.NoReply()
          if (request instanceof Error) return wanted ? Reply.error(request) : Reply.Reply.NoReply()
          tally.commands += 1
          if (isSessionCommand(request)) return session.answer(request)
          if (!isQuery(request)) return undefined
          if (!wanted) return Reply.Reply.NoReply()
          const reply = router.answer(request)
          if (!Effect.isEffect(reply)) return reply
          if (random(routesWalked) > 0) return undefined
          tally.walked += 1
          return Effect.runSync(
            reply.pipe(
              Effect.scoped,
              Effect.catch((error) => Effect.succeed(Reply.error(error)))
            )
          )
        }

        const converse = (): void => {
          let text = ""
          for (let index = 0; index < requestsPerConnection; index++) {
            let sample = samples[random(samples.length)] ?? ""
            for (let mutations = random(3); mutations > 0; mutations--) sample = mutate(sample)
            text += sample
          }
          const decoder = makeRequestDecoder()
          const found = pieces(latin1(text)).flatMap((piece) => requestsIn(decoder, piece))
          const expected = readPlainly(text)
          const last = found.at(-1)
          if (
            last instanceof Malformed !== expected.broken
            || found.length !== expected.found.length + (expected.broken ? 1 : 0)
            || found
              .slice(0, expected.found.length)
              .some(
                (request, index) =>
                  request._tag
                  !== Parser.parse(expected.found[index] as Parameters<typeof Parser.parse>[0])._tag
              )
          ) {
            assert.deepStrictEqual({ text, found }, { text, found: expected as never })
          }
          tally.found += found.length
          if (expected.broken) tally.broken += 1
          const session = makeSession({ id: 1, version: "1.2.3" })
          const encoder = makeReplyEncoder()
          for (const request of found) {
            const reply = answer(session, request)
            if (reply === undefined) continue
            const head = encoder.head(reply)
            const silent =
              reply._tag === "NoReply" || ("reply" in reply && reply.reply._tag === "NoReply")
            if (silent ? head !== "" : !/^[-+:$*%_][^\r\n]*\r\n/.test(head)) {
              assert.fail(`${JSON.stringify(request)} was answered with ${JSON.stringify(head)}`)
            }
          }
        }

        const connections = requests / requestsPerConnection
        const warm = connections / 10
        let before = 0
        for (let index = 0; index < connections; index++) {
          // What a WeakRef points at is kept until a turn of the event loop ends, and a server's does after each request.
          if (index % 100 === 0) yield* Effect.promise(() => setImmediate())
          if (index === warm) before = heapInUse()
          converse()
        }
        assert.isBelow(heapInUse() - before, 4 * 1024 * 1024)
        // Most of them still mean something, or nothing would have been tried.
        assert.isAbove(tally.commands, requests / 10)
        assert.isAbove(tally.broken, connections / 10)
        assert.isAbove(tally.walked, 10_000)
      }).pipe(Effect.scoped),
    120_000
  )
})
