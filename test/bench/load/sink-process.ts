/**
 * The sink's process: for each line on its standard input opens as many connections as the line says, asks on each
 * what it was given, reads into one buffer until the server hangs up, and prints how long that took and how much came.
 */
import { connect } from "node:net"
import { createInterface } from "node:readline"

const [host = "", port = "", protocol = "", question = ""] = process.argv.slice(2)

/** Nobody looks at what comes, so all connections have one buffer. As large as what a socket gives at once. */
const buffer = Buffer.alloc(2 ** 20)

/** Reads to the end of a connection, having said this on it, and says how many bytes came. */
const drain = (port: number, text: string, onFirst: () => void): Promise<number> =>
  new Promise((resolve, reject) => {
    let received = 0
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (count) => {
          if (received === 0) onFirst()
          received += count
          return true
        }
      }
    })
    socket.once("error", reject).once("close", () => resolve(received))
    socket.write(text, "latin1")
  })

/** What FTP (RFC 959, RFC 2428) wants said after each of its replies, until the bytes come on a second connection. */
const dialogue: ReadonlyMap<string, string> = new Map([
  ["220", "USER anonymous"],
  ["331", "PASS sink"],
  ["230", "TYPE I"],
  ["200", "EPSV"]
])

const drainFtp = (name: string, onFirst: () => void): Promise<number> =>
  new Promise((resolve, reject) => {
    const control = connect({ host, port: Number(port), noDelay: true })
    control.once("error", reject)
    createInterface({ input: control }).on("line", (line) => {
      const next = dialogue.get(line.slice(0, 3))
      if (next !== undefined) control.write(`${next}\r\n`)
      if (!line.startsWith("229")) return
      const dataPort = Number(/\|(\d+)\|\)/.exec(line)?.[1])
      drain(dataPort, "", onFirst)
        .then(resolve, reject)
        .finally(() => control.destroy())
      control.write(`RETR ${name}\r\n`)
    })
  })

for await (const line of createInterface({ input: process.stdin })) {
  let begun = false
  const onFirst = (): void => {
    if (!begun) process.stdout.write("begun\n")
    begun = true
  }
  const start = performance.now()
  const sizes = await Promise.all(
    Array.from({ length: Number(line) }, () =>
      protocol === "ftp" ? drainFtp(question, onFirst) : drain(Number(port), question, onFirst)
    )
  )
  const milliseconds = performance.now() - start
  const received = sizes.reduce((sum, size) => sum + size, 0)
  process.stdout.write(`done ${milliseconds} ${received}\n`)
}
