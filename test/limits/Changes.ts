/** A server whose log of changes is full, and a connection that follows a burst of them with costly patterns. */
import { setTimeout } from "node:timers/promises"
import { costlyPatterns } from "./ChangesRequests.ts"
import type { ChangingFolder } from "./Folder.ts"
import type { Work } from "./Measure.ts"
import { type MeasuredServer, open } from "./MeasuredServer.ts"
import { array } from "./Requests.ts"

/** So many changes, of names of 127 bytes, are more than the default of `--changes` holds. */
const enough = 140_000

/** How often the log is asked for its length, in milliseconds. */
const pause = 200

/** The integer that a command answers with. */
const integer = async (server: MeasuredServer, ...words: ReadonlyArray<string>) => {
  const socket = await open(server.port)
  const reply = await new Promise<string>((resolve) => {
    socket.once("data", (bytes) => resolve(bytes.toString("latin1")))
    socket.write(array(...words))
  })
  socket.destroy()
  return Number(reply.slice(1))
}

/** Has the logs of servers of one folder filled to their bound; returns how many changes each holds then. */
export const fillLogs = async (
  servers: ReadonlyArray<MeasuredServer>,
  folder: ChangingFolder
): Promise<ReadonlyArray<number>> => {
  folder.change(enough)
  return Promise.all(servers.map(filled))
}

/** How many changes the log holds once no more come. */
const filled = async (server: MeasuredServer): Promise<number> => {
  for (let before = -1; ;) {
    const length = await integer(server, "XLEN", "arquivos")
    if (length === before && length > 0) return length
    before = length
    await setTimeout(10 * pause)
  }
}

/** How many changes come at once. */
export const burst = 2000

let bursts = 0

/** Follows with as many costly patterns as there may be, none of which matches, while a burst of changes comes. */
export const followingBurst =
  (folder: ChangingFolder): Work =>
  async (server) => {
    const last = `fim-${bursts++}`
    const channel = `__keyspace@0__:${last}`
    const socket = await open(server.port)
    let seen = ""
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        const look = (bytes: Buffer): void => {
          seen = (seen + bytes.toString("latin1")).slice(-2000)
          if (!seen.includes(text)) return
          socket.off("data", look)
          resolve()
        }
        socket.on("data", look)
      })
    const subscribed = until(channel)
    socket.write(array("PSUBSCRIBE", ...costlyPatterns) + array("SUBSCRIBE", channel))
    await subscribed
    const cost = await server.cost(async () => {
      const told = until("$3\r\nset\r\n")
      folder.change(burst)
      folder.write(last)
      await told
    })
    socket.destroy()
    return cost
  }
