/** Visitors who want to have the server for themselves, or its memory; what they must be told, and when they are cut off. */
import { Effect, Fiber } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { request } from "../support/values/Bytes.ts"
import { anyName, oneOf, requires, type Visit } from "./Visits.ts"

/** Asks one thing thousands of times at once, as fast as it is read, and reads all the answers. */
export const flooding: Visit = Effect.fnUntraced(function* (around) {
  const { folder } = around
  const flood = oneOf(around, [
    { asked: request("PING"), times: 20_000, answer: /\+PONG\r\n/g },
    { asked: request("NAOEXISTE", "x"), times: 5000, answer: /-ERR Comando desconhecido/g },
    {
      asked: request("STRLEN", oneOf(around, folder.stable) ?? ""),
      times: 5000,
      answer: /:\d+\r\n/g
    },
    { asked: request("CONFIG", "GET", "[a-z]*[^0-9]*x"), times: 2000, answer: /\*0\r\n/g }
  ])
  if (flood === undefined) return
  const { answer, asked, times } = flood
  const socket = yield* connect(around.address)
  const reading = yield* Effect.forkChild(socket.rest)
  yield* socket.send(asked.repeat(times) + "QUIT\r\n")
  const answers = (yield* Fiber.join(reading)).match(answer)?.length ?? 0
  yield* requires(answers === times, () => `a flood: ${answers} of ${times} answers`)
})

/** Asks for far more than it will ever read; is cut off in time, or leaves. */
export const unread: Visit = Effect.fnUntraced(function* (around) {
  const { folder, random } = around
  const socket = yield* connect(around.address)
  yield* socket.pause
  const name = random(2) === 0 ? folder.large : anyName(around)
  const asked = random(2) === 0 ? request("GET", name) : request("MGET", name, name, name)
  yield* socket.send(asked.repeat(1 + random(3000)))
  if (random(2) === 0) return yield* socket.reset
  // Node looks once in a stall's time whether a write goes on, so that it takes up to twice that time.
  yield* Effect.sleep("9 seconds")
  yield* socket.resume
  yield* Effect.ignore(socket.rest)
})

/** Half a request of tens of thousands of words, each of which costs more than its bytes. */
export const manyWords: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  yield* socket.send(`*65536\r\n${"$1\r\na\r\n".repeat(1 + around.random(65_000))}`)
  const rest = yield* socket.rest
  yield* requires(rest === "", () => `many words: ${rest.slice(0, 100)}`)
})
