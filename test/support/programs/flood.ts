/**
 * A process of its own that asks the same without end, as fast as it is answered, on one connection, and throws the
 * replies away. Takes where to (a path, or a port of 127.0.0.1) and the request, in JSON. So much is asked ahead that
 * the replies to it are some 32 MB: a redis-server keeps all of them in memory. Says `flooding` once it does.
 */
import { connect } from "node:net"

const [target = "", json = '""'] = process.argv.slice(2)

const mostAhead = 32 * 1024 * 1024
/** A reply is whole when nothing more has come for so long, in milliseconds. */
const quiet = 300

const parsed: unknown = JSON.parse(json)
const request = String(parsed)
const socket = connect(target.startsWith("/") ? { path: target } : { port: Number(target) })

let received = 0
socket.on("data", (bytes) => void (received += bytes.length))

const flood = (): void => {
  const size = received
  const ahead = Math.max(64, Math.min(10_000, Math.floor(mostAhead / size)))
  const block = Math.ceil(ahead / 4)
  const bytes = Buffer.from(request.repeat(block), "latin1")
  let asked = 1
  const fill = (): void => {
    while (asked - received / size + block <= ahead) {
      asked += block
      socket.write(bytes)
    }
  }
  socket.on("data", fill)
  fill()
  process.stdout.write("flooding\n")
}

const timer = setTimeout(() => {
  socket.off("data", wait)
  flood()
}, quiet)
const wait = (): void => void timer.refresh()
socket.on("data", wait)
socket.write(request)
