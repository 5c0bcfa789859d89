/**
 * A process of its own that guesses passwords: so many in all, each on a connection that is given up when no answer
 * comes at once, as whoever knows that only wrong passwords wait would do. Says how many were answered at once.
 */
import { connect } from "node:net"
import { setTimeout } from "node:timers/promises"
import { request } from "../values/Bytes.ts"

const [host = "", port = "", attempts = ""] = process.argv.slice(2)

/** About five hundred guesses a second, evenly, which leaves the machine to others. In milliseconds. */
const getIfPresent = 100
const patience = 200

const wrong = request("AUTH", "errada")

let left = Number(attempts)
let answered = 0

const guess = async (): Promise<void> => {
  const socket = connect({ host, port: Number(port), localAddress: "127.0.0.1" })
  socket.on("error", () => undefined)
  socket.once("data", () => {
    answered += 1
  })
  socket.write(wrong)
  await setTimeout(patience)
  socket.resetAndDestroy()
}

const guessOn = async (index: number): Promise<void> => {
  await setTimeout((index / getIfPresent) * patience)
  while (left-- > 0) await guess()
}

process.stdout.write("begun\n")
await Promise.all(Array.from({ length: getIfPresent }, (_, index) => guessOn(index)))
process.stdout.write(`answered ${answered}\n`)
