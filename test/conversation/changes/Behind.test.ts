/** Followers of the changes that take nothing, whichever face they follow by. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Queue } from "effect"
import { TestClock } from "effect/testing"
import type { Socket } from "node:net"
import { turn } from "../../support/EventLoop.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import { acceptedSockets, emptyStore, serveLogged } from "../../support/programs/TestServer.ts"
import { created, recorderOf } from "../../support/values/Changes.ts"

const subscription = "$9\r\nsubscribe\r\n$8\r\narquivos\r\n:1\r\n"

/** How each face is asked for the changes, what it answers before the first, and how what it answers ends. */
const faces = [
  ["a channel of RESP", "SUBSCRIBE arquivos\r\n", `*3\r\n${subscription}`, /\}\r\n$/],
  [
    "the events of HTTP",
    "GET /-/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "-0\n\n\r\n",
    /\}\n\n\r\n0\r\n\r\n$/
  ]
] as const

/** Whether a write to the peer makes no progress. */
const isStuck = (socket: Socket) =>
  Effect.gen(function* () {
    const written = socket.bytesWritten
    for (let turns = 0; turns < 20; turns++) yield* turn
    return socket.writableLength > 0 && socket.bytesWritten === written
  })

/** Waits for a text, and looks at each byte once: to take all before it looks at megabytes again and again. */
const told = (socket: Socket, text: string) =>
  Effect.callback<void>((resume) => {
    let tail = ""
    socket.on("data", (piece) => {
      tail += piece.toString("latin1")
      if (tail.includes(text)) resume(Effect.void)
      tail = tail.slice(-text.length)
    })
  })

const mebibytes = (count: number): number => count * 1024 * 1024

describe("who takes nothing", () => {
  for (const [face, question, opening, end] of faces) {
    /** A follower that has stopped, so many bytes of the log before the newest change, and was seen so for some seconds. */
    const stopped = (bytes: number) =>
      Effect.gen(function* () {
        const { changes, record } = recorderOf(mebibytes(64))
        const accepted = yield* acceptedSockets
        const { address, next } = yield* serveLogged(emptyStore, {
          web: {},
          changes,
          limits: {
            connections: 100,
            perAddress: 100,
            request: Duration.minutes(1),
            idle: Duration.minutes(1),
            stall: Duration.minutes(1),
            memory: mebibytes(256)
          }
        })
        const client = yield* connect(address)
        const served = yield* Queue.take(accepted)
        yield* client.send(question)
        yield* client.takeThrough(opening)
        yield* client.pause
        const more = (): void =>
          record(
            Array.from({ length: 64 }, (_, index) =>
              created(`${"n".repeat(2000)}/${changes.last().sequence + index}`)
            )
          )
        // The system itself takes some megabytes.
        while (!(yield* isStuck(served))) more()
        const held = changes.held()
        // Beyond the log's own bound it would never end, where the system takes so much.
        assert.isBelow(held + bytes, mebibytes(60))
        while (changes.held() < held + bytes) more()
        for (let seconds = 0; seconds < 10; seconds++) {
          yield* TestClock.adjust("1 second")
          yield* turn
        }
        return { ...client, changes, next }
      })

    it.effect(`of ${face} is cut off behind a whole message where much waits for it`, () =>
      Effect.gen(function* () {
        const { next, rest, resume } = yield* stopped(mebibytes(9))
        yield* resume
        assert.match(yield* rest, end)
        const { fields } = yield* next("connection.closed")
        assert.strictEqual(fields["reason"], "behind")
      })
    )

    it.effect(`of ${face} is told all of it where less does`, () =>
      Effect.gen(function* () {
        const { changes, resume, socket } = yield* stopped(mebibytes(7))
        const last = yield* Effect.forkChild(told(socket, `/${changes.last().sequence - 1}"`), {
          startImmediately: true
        })
        yield* resume
        yield* Fiber.join(last)
      })
    )
  }
})
