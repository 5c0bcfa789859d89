/**
 * A process of its own that floods a port of 127.0.0.1 with TLS handshakes, in the way that it is told:
 *
 * - `begun`: a thousand connections that send the beginning of a handshake and stop; each that is closed comes again.
 * - `hellos`: the first message of a handshake, the very same each time, which costs nothing to send and a signature to
 *   answer; 64 connections at a time, each closed at the first byte of the answer.
 * - `burst`: five hundred connections that send that first message at the same moment, again and again.
 * - `handshakes`: whole handshakes, none of a session from before, 32 at a time.
 * - `renegotiations`: 16 connections of TLS 1.2, each of which shakes hands again and again.
 * - `keyUpdates`: 8 connections of TLS 1.3, each of which changes its keys 20,000 times at once, and then comes again.
 *
 * Says `flooding` once it does.
 */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { connectKeyUpdater } from "../peers/KeyUpdater.ts"

const [target = "", way = ""] = process.argv.slice(2)
const port = Number(target)
const host = "127.0.0.1"

/** Has `one` run over and over, so often at a time. */
const over = (count: number, one: () => Promise<unknown>): void => {
  const go = (): void => void one().then(go, go)
  for (let index = 0; index < count; index++) go()
}

const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve))

/** What a client of TLS says first. */
const hello = (): Promise<Buffer> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once("data", (bytes) => {
        socket.destroy()
        server.close()
        if (Buffer.isBuffer(bytes)) resolve(bytes)
      })
    }).listen(0, host, () => {
      const address = server.address()
      if (address === null || typeof address === "string") return
      connectTls({ host, port: address.port }).on("error", () => undefined)
    })
  })

const sends = (bytes: Buffer) => (): Promise<unknown> => {
  const socket = connect({ host, port })
  socket.write(bytes)
  socket.once("data", () => socket.destroy())
  return closed(socket)
}

const bursts = (bytes: Buffer) => async (): Promise<void> => {
  const sockets = Array.from({ length: 500 }, () => connect({ host, port }))
  const all = sockets.map(closed)
  await Promise.all(sockets.map((socket) => once(socket, "connect")))
  for (const socket of sockets) {
    socket.once("data", () => socket.destroy())
    socket.write(bytes)
  }
  await Promise.all(all)
}

const shakesHands = (): Promise<unknown> => {
  const socket = connectTls({ host, port, rejectUnauthorized: false }, () => socket.destroy())
  return closed(socket)
}

const shakesHandsAgain = (): Promise<unknown> => {
  const socket = connectTls({ host, port, rejectUnauthorized: false, maxVersion: "TLSv1.2" })
  const again = (): void =>
    void socket.renegotiate({}, (error) => (error === null ? again() : socket.destroy()))
  socket.once("secureConnect", again)
  return closed(socket)
}

const changesKeys = async (): Promise<void> => {
  const { answers, records, socket } = await connectKeyUpdater(port)
  socket.write(Buffer.concat([records.keyUpdates(20_000, false), records.data("PING\r\n")]))
  await Promise.race([once(answers, "data"), closed(socket)])
  socket.destroy()
}

const ways: Readonly<Record<string, () => void | Promise<void>>> = {
  begun: () => over(1000, sends(Buffer.from("\x16\x03\x01\x02\x00\x01\x00", "latin1"))),
  hellos: async () => over(64, sends(await hello())),
  burst: async () => over(1, bursts(await hello())),
  handshakes: () => over(32, shakesHands),
  renegotiations: () => over(16, shakesHandsAgain),
  keyUpdates: () => over(8, changesKeys)
}

await ways[way]?.()
// By then all code that the flood runs has been run.
setTimeout(() => process.stdout.write("flooding\n"), 3000)
