/** A server whose log of changes is full, and a connection that follows a burst of them with costly patterns. */
import { costlyPatterns } from "./ChangesRequests.ts"
import type { ChangingFolder } from "./Folder.ts"
import type { Work } from "./Measure.ts"
import { type MeasuredServer, open } from "./MeasuredServer.ts"
import { array } from "./Requests.ts"

/** So many changes come at once while logs fill: fewer events than the system holds for us (inotify(7), max_queued_events). */
const step = 10_000

/** A log that holds so many bytes is full (`--changes`, 64 MiB), but for the room of a few entries. */
const nearlyFull = 64 * 1024 * 1024 - 10 * 1024

/** What INFO tells under a name, as a number. */
const told = async (server: MeasuredServer, name: string): Promise<number> => {
  const socket = await open(server.port)
  const mark = "+PONG\r\n"
  let reply = ""
  const whole = new Promise<void>((resolve) => {
    socket.on("data", (bytes) => {
      reply += bytes.toString("latin1")
      if (reply.endsWith(mark)) resolve()
    })
  })
  socket.write(array("INFO", "changes") + array("PING"))
  await whole
  socket.destroy()
  return Number(new RegExp(`^${name}:(\\d+)\r$`, "m").exec(reply)?.[1])
}

let named = 0

/** A connection that follows one name besides these patterns. */
interface NameFollower {
  readonly name: string
  /** Waits until it is told that the name was set. */
  readonly told: Promise<void>
  readonly close: () => void
}

/** Has a new name followed, besides these patterns, from now on. */
const followName = async (
  { port }: MeasuredServer,
  name: string,
  ...patterns: ReadonlyArray<string>
): Promise<NameFollower> => {
  const channel = `__keyspace@0__:${name}`
  const socket = await open(port)
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
  socket.write(
    (patterns.length === 0 ? "" : array("PSUBSCRIBE", ...patterns)) + array("SUBSCRIBE", channel)
  )
  await subscribed
  return { name, told: until("$3\r\nset\r\n"), close: () => socket.destroy() }
}

/** A name that no file has had. */
const newName = (): string => `fim-${named++}`

/**
 * Has the logs of servers of one folder filled to their bound; returns how many changes each holds then. The name that is
 * written last is told last, so that nothing more comes.
 */
export const fillLogs = async (
  servers: ReadonlyArray<MeasuredServer>,
  folder: ChangingFolder
): Promise<ReadonlyArray<number>> => {
  for (;;) {
    const name = newName()
    const followers = await Promise.all(servers.map((server) => followName(server, name)))
    folder.change(step)
    folder.write(name)
    for (const follower of followers) {
      await follower.told
      follower.close()
    }
    const held = await Promise.all(servers.map((server) => told(server, "changes_log_bytes")))
    if (held.every((bytes) => bytes > nearlyFull))
      return Promise.all(servers.map((server) => told(server, "changes_log_length")))
  }
}

/** How many changes come at once. */
export const burst = 2000

/** Their row. */
export const burstRow = {
  name: `64 costly patterns of \`PSUBSCRIBE\` while ${burst.toLocaleString("en")} files change`,
  bound: "64 patterns of 256 bytes; few changes a turn"
}

/** Follows with as many costly patterns as there may be, none of which matches, while a burst of changes comes. */
export const followingBurst =
  (folder: ChangingFolder): Work =>
  async (server) => {
    const follower = await followName(server, newName(), ...costlyPatterns)
    const cost = await server.cost(async () => {
      folder.change(burst)
      folder.write(follower.name)
      await follower.told
    })
    follower.close()
    return cost
  }
