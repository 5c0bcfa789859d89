/**
 * A process of its own that holds idle connections, for the descriptors of one process are few: opens as many as it
 * is told, says so, and for each line on its standard input has all of them ask and says how many were answered: PING,
 * unless another question is given, and how the answer to it begins.
 */
import { connect, type Socket } from "node:net"
import { createInterface } from "node:readline"

const [host = "", port = "", count = "", question = "PING\r\n", beginning = "+PONG\r\n"] =
  process.argv.slice(2)

/** As many are on their way at once as the system surely takes. */
const getIfPresent = 100

const open = (): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), noDelay: true })
    socket.once("connect", () => resolve(socket)).once("error", reject)
  })

/** Whether what comes first begins as the answer does. */
const ping = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    const answer = (chunk: Buffer): void => {
      socket.off("close", lost)
      resolve(chunk.toString("latin1").startsWith(beginning))
    }
    const lost = (): void => resolve(false)
    socket.once("data", answer).once("close", lost)
    socket.write(question)
  })

const sockets: Array<Socket> = []
while (sockets.length < Number(count)) {
  const some = Math.min(getIfPresent, Number(count) - sockets.length)
  sockets.push(...(await Promise.all(Array.from({ length: some }, open))))
}
for (const socket of sockets) socket.on("error", () => undefined)
process.stdout.write(`open ${sockets.length}\n`)

for await (const _ of createInterface({ input: process.stdin })) {
  let answered = 0
  for (let next = 0; next < sockets.length; next += getIfPresent) {
    const answers = await Promise.all(sockets.slice(next, next + getIfPresent).map(ping))
    answered += answers.filter(Boolean).length
  }
  process.stdout.write(`answered ${answered}\n`)
}
for (const socket of sockets) socket.destroy()
