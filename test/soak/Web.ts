/** Visitors who speak HTTP: a file or a range of it, what is in a folder, an archive that is cut off. */
import { Effect } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { anyName, type Around, oneOf, requires, someRange, type Visit } from "./Visits.ts"

/** What was answered, its body as bytes. */
interface Response {
  readonly status: number
  readonly body: Buffer
}

const path = (name: string): string => name.split("/").map(encodeURIComponent).join("/")

const get = Effect.fnUntraced(function* (
  { address }: Around,
  target: string,
  ...fields: ReadonlyArray<string>
) {
  const socket = yield* connect(address)
  const head = [`GET ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...fields, "", ""]
  yield* socket.send(head.join("\r\n"))
  const text = yield* socket.rest
  const end = text.indexOf("\r\n\r\n") + 4
  const response: Response = {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]),
    body: Buffer.from(text.slice(end), "latin1")
  }
  return response
}, Effect.scoped)

const file: Visit = Effect.fnUntraced(function* (around) {
  const { folder } = around
  const name = anyName(around)
  const since = folder.now(name)
  const { body, status } = yield* get(around, `/${path(name)}`)
  yield* requires(
    status === 200
      ? folder.holds(name, since, body)
      : status === 404 && folder.wasMissing(name, since),
    () => `GET /${name}: ${status}, ${body.length} bytes`
  )
})

const range: Visit = Effect.fnUntraced(function* (around) {
  const { folder } = around
  const name = oneOf(around, folder.stable) ?? ""
  const since = folder.now(name)
  const wanted = someRange(around, name)
  const last = wanted.start + wanted.length - 1
  const { body, status } = yield* get(
    around,
    `/${path(name)}`,
    `Range: bytes=${wanted.start}-${last}`
  )
  yield* requires(
    status === 206
      ? folder.holds(name, since, body, wanted)
      : status === 416 && wanted.start >= folder.size(name),
    () => `GET /${name} ${wanted.start}-${last}: ${status}, ${body.length} bytes`
  )
})

/** Asks for what only has to be answered. */
const page =
  (target: string, accept: string): Visit =>
  (around) =>
    Effect.flatMap(get(around, target, `Accept: ${accept}`), ({ body, status }) =>
      requires(status === 200 && body.length > 0, () => `GET ${target}: ${status}`)
    )

/** Begins to fetch an archive of all, and goes. */
const archive: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  yield* socket.send("GET /?tar HTTP/1.1\r\nHost: localhost\r\n\r\n")
  yield* socket.takeBytes(1 + around.random(500_000))
  yield* socket.reset
})

/** Follows the changes for a while, and goes as clients do: at the end of an event, or by a reset. */
const events: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  yield* socket.send("GET /-/events?desde=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
  const opening = yield* socket.takeThrough("event: refazer\n")
  yield* requires(opening.startsWith("HTTP/1.1 200 "), () => `GET /-/events: ${opening}`)
  for (let count = around.random(20); count > 0; count--) yield* socket.takeThrough('"}\n\n')
  yield* around.random(2) === 0 ? socket.end : socket.reset
}, Effect.scoped)

/** One visit by HTTP. */
export const web: Visit = (around) =>
  Effect.suspend(
    () =>
      oneOf(around, [
        file,
        file,
        range,
        page("/", "text/html"),
        page("/", "application/json"),
        page("/-/metrics", "*/*"),
        archive,
        events
      ])?.(around) ?? Effect.void
  )
