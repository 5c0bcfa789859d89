/**
 * The limit of file descriptors of this process. When they run out, new connections are closed without an event for
 * this program (libuv does so at EMFILE), so fewer connections are accepted than there are descriptors.
 */
import { Effect, FileSystem } from "effect"

/** The descriptors kept for everything but connections: files that are sent, folders that are listed, the process itself. */
const reserve = 256

/** The soft limit of this process (proc(5), /proc/pid/limits); `undefined` where the system does not tell. */
const softLimit = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const limits = yield* Effect.orElseSucceed(
    fileSystem.readFileString("/proc/self/limits"),
    () => ""
  )
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
  return soft === undefined ? undefined : Number(soft)
})

/** `wanted` connections, or as many as the descriptors allow if those are fewer; then it logs `connections.capped`. */
export const capConnections = Effect.fnUntraced(function* (wanted: number) {
  const descriptors = yield* softLimit
  if (descriptors === undefined) return wanted
  const allowed = Math.max(1, descriptors > 2 * reserve ? descriptors - reserve : descriptors >> 1)
  if (wanted > allowed) {
    yield* Effect.logWarning("connections.capped").pipe(
      Effect.annotateLogs({ connections: allowed, asked: wanted, descriptors })
    )
  }
  return Math.min(wanted, allowed)
})
