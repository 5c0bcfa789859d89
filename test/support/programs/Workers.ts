/** `app serve` with several workers, as a process, and what it tells of itself. */
import { Effect } from "effect"
import { App, type Place } from "./App.ts"
import { request } from "../values/Bytes.ts"
import * as RawSocket from "../peers/RawSocket.ts"

const pong = "+PONG\r\n"

/** Asks whether anybody is there. */
export const ping = (client: RawSocket.RawSocket) => client.ask(request("PING"), pong)

/** The clients whose connection has ended, as a question shows. */
export const cutOff = (clients: ReadonlyArray<RawSocket.RawSocket>) =>
  Effect.filter(clients, (client) =>
    Effect.match(ping(client), { onFailure: () => true, onSuccess: () => false })
  )

/** A server of two workers, or as many as the words say. */
export const serve = Effect.fnUntraced(function* (place: Place, ...words: ReadonlyArray<string>) {
  const app = yield* App
  const serving = yield* app.serve(["--workers", "2", ...words], place)
  /** Clients that connect one after the other, and are each answered before the next comes. */
  const clients = (count: number) =>
    Effect.forEach(Array.from({ length: count }), () =>
      Effect.tap(RawSocket.connect(serving.address), ping)
    )
  return { ...serving, clients }
})

/** What INFO tells on this connection, by key. */
export const info = Effect.fnUntraced(function* (client: RawSocket.RawSocket) {
  yield* client.send(request("INFO"))
  const head = yield* client.takeThrough("\r\n")
  const text = yield* client.take(Number(head.slice(1)) + 2)
  return new Map([...text.matchAll(/^(\w+):(.*)\r$/gm)].map(([, key, value]) => [key, value]))
})
