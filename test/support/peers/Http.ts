/** One request of HTTP as the test writes it, and the response in its parts. */
import { Effect } from "effect"
import type { Address } from "../../../src/domain/Address.ts"
import { connect, type ConnectionEnded, type Options } from "./RawSocket.ts"

/** A response; its fields by their names in lower case, several of a name joined. */
export interface HttpResponse {
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
  /** In latin1, one character a byte. */
  readonly body: string
}

/** The response that begins a text, to its end. */
export const parseResponse = (text: string): HttpResponse => {
  const end = text.indexOf("\r\n\r\n")
  const [line = "", ...lines] = text.slice(0, end).split("\r\n")
  const fields = new Map<string, string>()
  for (const one of lines) {
    const colon = one.indexOf(":")
    const name = one.slice(0, colon).toLowerCase()
    const value = one.slice(colon + 1).trim()
    fields.set(name, fields.has(name) ? `${fields.get(name)}, ${value}` : value)
  }
  return { status: Number(line.split(" ")[1]), fields, body: text.slice(end + 4) }
}

/** A request, on a connection of its own that ends after it; `Host` is the server's address unless given. */
export const fetchRaw = (
  address: Address,
  target: string,
  {
    fields = {},
    method = "GET",
    ...options
  }: Options & { readonly method?: string; readonly fields?: Readonly<Record<string, string>> } = {}
): Effect.Effect<HttpResponse, ConnectionEnded> =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* connect(address, { allowHalfOpen: true, ...options })
      const all = { Host: `${address.host}:${address.port}`, Connection: "close", ...fields }
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
      yield* client.send(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`)
      return parseResponse(yield* client.rest)
    })
  )
