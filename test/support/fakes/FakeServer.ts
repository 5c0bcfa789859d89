/**
 * A server that says what the test tells it to, true or not: one answer to each request of a connection, in order. It
 * understands requests and nothing of replies. Bytes are latin1 strings, one character a byte.
 */
import { Deferred, Effect, type Scope } from "effect"
import type { Socket } from "node:net"
import type { Request } from "../../../src/codec/Codec.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { requestsIn } from "../values/Decoders.ts"
import { listening } from "./Listening.ts"
import type { Address } from "../../../src/domain/Address.ts"

/** What is said to one request, and whether the connection ends or breaks then. */
export type Answer = string | { readonly bytes: string; readonly last: "ends" | "breaks" }

/** Says this, then ends the connection. */
export const ends = (bytes: string): Answer => ({ bytes, last: "ends" })

/** Says this, then resets the connection. */
export const breaks = (bytes: string): Answer => ({ bytes, last: "breaks" })

/** A list of bulk strings, as a file is sent. */
export const fileReply = (name: string, content: string): string =>
  `*2\r\n$${name.length}\r\n${name}\r\n$${content.length}\r\n${content}\r\n`

/** The details of a file of this many bytes, as they are asked for before a file is. */
export const detailsReply = (size: number): string =>
  `%3\r\n$7\r\ntamanho\r\n:${size}\r\n`
  + "$10\r\nmodificado\r\n$24\r\n2026-01-02T03:04:05.678Z\r\n"
  + "$6\r\nversao\r\n$1\r\nv\r\n"

/** How the server behaves. */
export interface Script {
  /** What is said to HELLO, which is every client's first request; an empty dictionary unless said otherwise. */
  readonly greeting?: Answer
  /** To each connection's requests in turn, and silence beyond the last; or to each by what it asks. */
  readonly answers: ReadonlyArray<Answer> | ((request: Request) => Answer)
}

/** A running fake. */
export interface FakeServer {
  readonly address: Address
  /** What was asked on any connection so far, greetings included. */
  readonly asked: ReadonlyArray<Request>
  /** The first connection, once it is there. */
  readonly connection: Effect.Effect<Socket>
  /** Done when the client has closed the first connection. */
  readonly left: Effect.Effect<void>
}

const say = (socket: Socket, answer: Answer): void => {
  if (typeof answer === "string") {
    if (answer !== "") socket.write(answer, "latin1")
  } else if (answer.last === "ends") {
    socket.end(answer.bytes, "latin1")
  } else {
    socket.write(answer.bytes, "latin1", () => socket.resetAndDestroy())
  }
}

/** Listens on a free port until the scope closes. */
export const make = ({
  answers,
  greeting = "%0\r\n"
}: Script): Effect.Effect<FakeServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const asked: Array<Request> = []
    const connection = yield* Deferred.make<Socket>()
    const left = yield* Deferred.make<void>()
    const accept = (socket: Socket): void => {
      Deferred.doneUnsafe(connection, Effect.succeed(socket))
      const decoder = makeRequestDecoder()
      /** Requests that come after the last answer are not answered in the place of earlier ones. */
      let isOver = false
      const script = typeof answers === "function" ? undefined : [greeting, ...answers].values()
      const answerTo = (request: Request): Answer => {
        if (typeof answers !== "function") return script?.next().value ?? ""
        return request._tag === "Hello" ? greeting : answers(request)
      }
      socket.on("data", (bytes) => {
        // A string would come only after `setEncoding`.
        if (typeof bytes === "string") return
        for (const request of requestsIn(decoder, bytes)) {
          if (isOver) return
          asked.push(request)
          const answer = answerTo(request)
          isOver = typeof answer !== "string"
          say(socket, answer)
        }
      })
      socket.on("close", () => Deferred.doneUnsafe(left, Effect.void))
    }
    return {
      address: yield* listening(accept),
      asked,
      connection: Deferred.await(connection),
      left: Deferred.await(left)
    }
  })
