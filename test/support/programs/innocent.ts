/**
 * A process of its own that asks PING every 10 ms, each time once the last was answered, and says in the end how long
 * each took, in milliseconds. Takes where to (a path, or a port of 127.0.0.1), how often, the password, if any, and `tls`
 * where it is to encrypt.
 */
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"

const [target = "", count = "", password = "", encrypted = ""] = process.argv.slice(2)

const socket =
  encrypted === "tls"
    ? connectTls({ port: Number(target), rejectUnauthorized: false })
    : connect(target.startsWith("/") ? { path: target } : { port: Number(target) })

const ask = (request: string): Promise<void> =>
  new Promise((resolve) => {
    let reply = ""
    const look = (bytes: Buffer): void => {
      reply += bytes.toString("latin1")
      if (!reply.endsWith("\r\n")) return
      socket.off("data", look)
      resolve()
    }
    socket.on("data", look)
    socket.write(request)
  })

if (password !== "") await ask(`AUTH ${password}\r\n`)
const times: Array<number> = []
for (let time = 0; time < Number(count); time++) {
  const began = performance.now()
  await ask("PING\r\n")
  times.push(performance.now() - began)
  await new Promise((resolve) => setTimeout(resolve, 10))
}
process.stdout.write(`times ${JSON.stringify(times)}\n`)
process.exit(0)
