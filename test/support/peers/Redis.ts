/** redis-server with nothing to save, on a socket in a folder: no port that somebody else may have taken. */
import { Effect, type Scope } from "effect"
import { spawnSync } from "node:child_process"
import { type EndedEarly, start } from "../programs/App.ts"

/** Whether there is one on this machine. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0

/** Starts one in this folder, with more options, and returns the path of its socket. */
export const startRedis = Effect.fnUntraced(function* (
  cwd: string,
  ...options: ReadonlyArray<string>
): Effect.fn.Return<string, EndedEarly, Scope.Scope> {
  const path = `${cwd}/redis.sock`
  const words = ["--port", "0", "--unixsocket", path, "--save", "", ...options]
  const redis = yield* start("redis-server", words, { cwd })
  yield* redis.says("stdout", /ready to accept connections/i)
  return path
})
