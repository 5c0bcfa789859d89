/**
 * A process of connections that follow changes: `port`, how many read, how many stop once they have subscribed, and how many
 * bytes each reader is to be sent. Tells `ready` once all have subscribed, then `read` once the readers were sent all.
 */
import { connect, type Socket } from "node:net"

const [port = 0, readers = 0, stopped = 0, bytes = 0] = process.argv.slice(2).map(Number)

const tell = (message: string): void => void process.send?.(message)

const readRequest = "SUBSCRIBE __keyevent@0__:set\r\n"
const allRequest = "PSUBSCRIBE *\r\n"

/** Subscribes, and calls `subscribed` at the first answer. */
const subscribe = (request: string, subscribed: (socket: Socket) => void): void => {
  const socket = connect({ host: "127.0.0.1", port })
  socket.on("error", () => undefined)
  socket.once("data", () => subscribed(socket))
  socket.write(request)
}

let waiting = readers + stopped
const ready = (): void => {
  waiting -= 1
  if (waiting === 0) tell("ready")
}
let unread = readers
for (let index = 0; index < readers; index++) {
  subscribe(readRequest, (socket) => {
    let left = bytes
    socket.on("data", (chunk) => {
      left -= chunk.length
      if (left > 0) return
      unread -= 1
      if (unread === 0) tell("read")
    })
    socket.on("close", () => tell("closed"))
    ready()
  })
}
for (let index = 0; index < stopped; index++) {
  subscribe(allRequest, (socket) => {
    socket.pause()
    ready()
  })
}
