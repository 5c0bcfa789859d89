/**
 * The asker's process: opens connections, asks the same on each as soon as its last answer is whole, and prints how
 * many answers a second came. It knows no protocol: an answer is whole when it has its size.
 */
import { connect } from "node:net"

const [host = "", port = "", text = "", size = "", connections = "", requests = ""] =
  process.argv.slice(2)

const question = Buffer.from(text, "latin1")
let left = Number(requests)

/** One connection, until there is nothing left to ask. */
const ask = (): Promise<void> =>
  new Promise((resolve, reject) => {
    let missing = 0
    const socket = connect({ host, port: Number(port), noDelay: true })
    const next = (): void => {
      if (left === 0) {
        socket.destroy()
        resolve()
        return
      }
      left -= 1
      missing = Number(size)
      socket.write(question)
    }
    socket.on("connect", next).on("error", reject)
    socket.on("end", () => reject(new Error("the server hung up")))
    socket.on("data", (piece: Buffer) => {
      missing -= piece.length
      if (missing === 0) next()
      if (missing < 0) reject(new Error("an answer was longer than the first"))
    })
  })

const start = performance.now()
await Promise.all(Array.from({ length: Number(connections) }, ask))
process.stdout.write(`${(Number(requests) / (performance.now() - start)) * 1000}\n`)
