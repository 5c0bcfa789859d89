/**
 * A proxy in front of a server, which sees every request and counts every connection, and hinders transfers where the
 * test says so: each connection that asks for a file meets the next of the test's hindrances, once. Places are counted
 * in bytes of the server's answers on that connection, from its first request for a file on.
 */
import { Deferred, Effect, type Scope } from "effect"
import { connect, type Socket } from "node:net"
import type { Request } from "../../../src/codec/Codec.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { requestsIn } from "../values/Decoders.ts"
import { listening } from "./Listening.ts"
import type { Address } from "../../../src/domain/Address.ts"

/** A transfer that stands still. */
export interface Held {
  /** Done when all bytes before the place have gone through. */
  readonly reached: Effect.Effect<void>
  /** Lets the transfer go on. */
  readonly release: Effect.Effect<void>
  /** Ends both connections instead. */
  readonly cut: Effect.Effect<void>
}

/** What happens to one connection. */
type Hindrance =
  | { readonly _tag: "Cut"; readonly at: number; readonly reset: boolean }
  | { readonly _tag: "Flip"; readonly at: number }
  | {
      readonly _tag: "Hold"
      readonly at: number
      readonly reached: Deferred.Deferred<void>
      readonly after: Deferred.Deferred<"go on" | "cut">
    }

/** A running proxy. */
export interface Proxy {
  readonly address: Address
  /** How many connections were made so far. */
  readonly connections: () => number
  /** What was asked so far, on all of them, greetings included. */
  readonly asked: ReadonlyArray<Request>
  /** How many bytes were answered so far, on all of them. */
  readonly answered: () => number
  /** Cuts off so many connections at these places, by a reset or, every other one, by an orderly end. */
  readonly cut: (...places: ReadonlyArray<number>) => void
  /** Resets all connections that there are. */
  readonly drop: () => void
  /** Changes one bit of the byte at this place. */
  readonly flip: (place: number) => void
  /** Holds the transfer at this place. */
  readonly hold: (place: number) => Held
}

/** Listens on a free port, in front of `server`, until the scope closes. */
export const make = (server: Address): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const asked: Array<Request> = []
    const hindrances: Array<Hindrance> = []
    const open = new Set<Socket>()
    let connections = 0
    let answered = 0
    let cuts = 0

    const accept = (client: Socket): void => {
      connections += 1
      open.add(client)
      client.on("close", () => open.delete(client))
      const upstream = connect({ ...server, noDelay: true, allowHalfOpen: true })
      const decoder = makeRequestDecoder()
      let hindrance: Hindrance | undefined
      let isTransfer = false
      let place = 0
      for (const socket of [client, upstream]) {
        // What follows an error is "close".
        socket.on("error", () => undefined)
        socket.on("close", () => {
          client.destroy()
          upstream.destroy()
        })
      }

      const pass = (bytes: Buffer): void => {
        place += isTransfer ? bytes.length : 0
        answered += bytes.length
        if (bytes.length > 0 && !client.write(bytes)) {
          upstream.pause()
          client.once("drain", () => upstream.resume())
        }
      }

      const hinder = (found: Hindrance, rest: Buffer): void => {
        hindrance = undefined
        switch (found._tag) {
          case "Flip": {
            const [byte = 0] = rest
            rest[0] = byte ^ 1
            return pass(rest)
          }
          case "Cut":
            upstream.destroy()
            return found.reset ? void client.resetAndDestroy() : void client.end()
          case "Hold":
            upstream.pause()
            Deferred.doneUnsafe(found.reached, Effect.void)
            Effect.runFork(
              Effect.map(Deferred.await(found.after), (after) => {
                if (after === "cut") {
                  upstream.destroy()
                } else {
                  pass(rest)
                  upstream.resume()
                }
              })
            )
        }
      }

      upstream.on("data", (bytes) => {
        // A string would come only after `setEncoding`.
        if (typeof bytes === "string") return
        if (!isTransfer || hindrance === undefined || place + bytes.length <= hindrance.at) {
          return pass(bytes)
        }
        const before = hindrance.at - place
        pass(bytes.subarray(0, before))
        hinder(hindrance, bytes.subarray(before))
      })
      upstream.on("end", () => client.end())
      client.on("end", () => upstream.end())
      client.on("data", (bytes) => {
        if (typeof bytes === "string") return
        for (const request of requestsIn(decoder, bytes)) {
          asked.push(request)
          if (!isTransfer && request._tag === "SendFile") {
            isTransfer = true
            hindrance = hindrances.shift()
          }
        }
        upstream.write(bytes)
      })
    }

    return {
      address: yield* listening(accept, { allowHalfOpen: true }),
      connections: () => connections,
      asked,
      answered: () => answered,
      cut: (...places) => {
        for (const at of places) {
          cuts += 1
          hindrances.push({ _tag: "Cut", at, reset: cuts % 2 === 0 })
        }
      },
      drop: () => {
        for (const client of open) client.resetAndDestroy()
      },
      flip: (at) => void hindrances.push({ _tag: "Flip", at }),
      hold: (at) => {
        const reached = Deferred.makeUnsafe<void>()
        const after = Deferred.makeUnsafe<"go on" | "cut">()
        hindrances.push({ _tag: "Hold", at, reached, after })
        return {
          reached: Deferred.await(reached),
          release: Deferred.succeed(after, "go on"),
          cut: Deferred.succeed(after, "cut")
        }
      }
    }
  })

/** Where each request for a file's bytes began, in the order in which they were asked. */
export const starts = ({ asked }: Proxy): ReadonlyArray<number> =>
  asked.flatMap((request) => (request._tag === "SendFile" ? [request.start] : []))
