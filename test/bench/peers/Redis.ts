/** redis-server, with nothing to save. */
import { Effect, type Scope } from "effect"
import { keyName } from "../Files.ts"
import { exchange } from "../load/Exchange.ts"
import { flags, type Peer, startServer } from "../measure/Process.ts"
import type { Trouble } from "../Row.ts"

/** What a row that needs it needs. */
export const programs: ReadonlyArray<string> = ["redis-server", "redis-benchmark"]

/** As many connections as ours takes, for the same reason. */
const connections = 12_000

/** The words that start it. */
export const redisWords = (port: number): ReadonlyArray<string> =>
  flags({
    "--bind": "127.0.0.1",
    "--port": port,
    "--maxclients": connections,
    "--save": "",
    "--appendonly": "no"
  })

/** An empty one. */
export const redis = (folder: string): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  startServer("redis-server", redisWords, folder, { text: "PING\r\n" })

/** One that has a value as long as the time of day, under `hora`. */
export const redisWithTime = (folder: string): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  Effect.tap(redis(folder), ({ address }) => exchange(address, "SET hora 12:34:56\r\nQUIT\r\n"))

/** One that has the values that `makeSmall` writes to files. */
export const redisWithValues = (
  folder: string,
  count: number
): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  Effect.tap(redis(folder), ({ address }) => {
    const sets = Array.from(
      { length: count },
      (_, index) => `SET ${keyName(index)} ${String(index).padStart(1024, "x")}\r\n`
    )
    return exchange(address, `${sets.join("")}QUIT\r\n`)
  })
