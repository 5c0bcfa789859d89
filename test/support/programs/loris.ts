/**
 * A process of its own that is slow on purpose: so many connections that send a byte of a request every second, and
 * so many that stop a megabyte into one. Says when all are there, and at the end how long the last was put up with.
 */
import { connect, type Socket } from "node:net"

const [host = "", port = "", dripping = "", stopping = ""] = process.argv.slice(2)

const open = (): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), noDelay: true })
    // Being cut off may show as an error at any time; what follows it is "close".
    socket.once("connect", () => resolve(socket)).on("error", reject)
  })

/** Just below what one request may have. */
const much = Buffer.from(`*2\r\n$3\r\nGET\r\n$1040000\r\n${"x".repeat(1_000_000)}`)

const gone = (socket: Socket): Promise<number> => {
  const began = performance.now()
  return new Promise((resolve) => {
    if (socket.closed) return resolve(0)
    socket.on("close", () => resolve(performance.now() - began))
    // What is not read would hide the end.
    return socket.resume()
  })
}

const drip = async (): Promise<() => Promise<number>> => {
  const socket = await open()
  socket.write("*")
  return async () => {
    const timer = setInterval(() => socket.write("1"), 1000)
    const time = await gone(socket)
    clearInterval(timer)
    return time
  }
}

const stop = async (): Promise<() => Promise<number>> => {
  const socket = await open()
  await new Promise<void>((resolve) => socket.write(much, () => resolve()))
  return () => gone(socket)
}

const all = await Promise.all([
  ...Array.from({ length: Number(dripping) }, drip),
  ...Array.from({ length: Number(stopping) }, stop)
])
process.stdout.write(`open ${all.length}\n`)
const times = await Promise.all(all.map((wait) => wait()))
process.stdout.write(`gone ${Math.max(...times).toFixed(0)}\n`)
