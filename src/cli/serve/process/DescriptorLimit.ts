/**
 * The limit of file descriptors of this process. When they run out, new connections are closed without an event for
 * this program (libuv does so at EMFILE), so fewer connections are accepted than there are descriptors.
 */
import { Effect, FileSystem } from "effect"

/** The descriptors kept for everything but connections, of which transfers may take half: so there can always be some. */
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

/** How many connections there may be, and how many with the transfers on them. */
export interface DescriptorLimits {
  readonly connections: number
  /** Connections and transfers; `undefined` where the system does not tell its limit. */
  readonly descriptors: number | undefined
}

/**
 * `wanted` connections, or as many as the descriptors allow if those are fewer; then it logs `connections.capped`. What
 * is left beside connections and transfers is for listings, small files, and the process itself.
 */
export const capConnections = Effect.fnUntraced(function* (wanted: number) {
  const descriptors = yield* softLimit
  if (descriptors === undefined)
    return { connections: wanted, descriptors } satisfies DescriptorLimits
  const kept = descriptors > 2 * reserve ? reserve : descriptors - (descriptors >> 1)
  const allowed = Math.max(1, descriptors - kept)
  if (wanted > allowed) {
    yield* Effect.logWarning("connections.capped").pipe(
      Effect.annotateLogs({ connections: allowed, asked: wanted, descriptors })
    )
  }
  const limits: DescriptorLimits = {
    connections: Math.min(wanted, allowed),
    descriptors: descriptors - (kept >> 1)
  }
  return limits
})
