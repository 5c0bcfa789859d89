/**
 * What Node itself can do: a server on `node:net` with our decoder and encoder and nothing between them, neither
 * Effect nor limits nor sessions. It knows the time and PING, and answers what came together in one write.
 */
import { createServer } from "node:net"
import { fromBytes } from "../../../src/domain/ByteString.ts"
import { makeResp } from "../../../src/codec/resp/Resp.ts"
import * as Reply from "../../../src/domain/Reply.ts"

const [port = ""] = process.argv.slice(2)

let second = 0
let time = Reply.text("")

/** The time of day, made once a second, as our clock does. */
const now = (): Reply.Reply => {
  const current = Math.floor(Date.now() / 1000)
  if (current !== second) {
    second = current
    time = Reply.text(new Date().toTimeString().slice(0, 8))
  }
  return time
}

const resp = makeResp()
const pong = Reply.status("PONG")
const unknown = Reply.Reply.Error({ code: "ERR", message: "unknown command" })

createServer({ noDelay: true }, (socket) => {
  const decoder = resp.makeDecoder()
  const encoder = resp.makeEncoder()
  socket.on("error", () => socket.destroy())
  socket.on("data", (bytes: Buffer) => {
    let text = ""
    for (const request of decoder.push(fromBytes(bytes))) {
      const reply = request._tag === "Time" ? now() : request._tag === "Ping" ? pong : unknown
      text += encoder.head(reply)
    }
    if (text !== "") socket.write(text, "latin1")
  })
}).listen({ host: "127.0.0.1", port: Number(port), backlog: 4096 })
