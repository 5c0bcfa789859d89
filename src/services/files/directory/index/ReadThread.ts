/**
 * Reads large folders on another thread: a million entries take a second, in which the event loop would answer nobody.
 * What is read is packed there too, and handed over without a copy.
 */
import { Cause, Effect, Pool, type Scope } from "effect"
import { StoreUnavailable } from "../../../../domain/Errors.ts"
import * as Monotonic from "../../../../domain/Monotonic.ts"
import { makeThread } from "../../../../threads/Thread.ts"
import { pack, type PackedNames, type Shared } from "./FolderNames.ts"

/** What the file system answered in place of a folder's entries: `code` is its own, such as `EACCES`. */
export interface Refusal {
  readonly code: string | undefined
  readonly message: string
}

/** What the thread is sent: what the folder opens by, and which of its entries are shared. */
interface Job {
  readonly access: string
  readonly shared: Shared
}

/** What the thread sends. */
type Done = { readonly packed: PackedNames } | { readonly refusal: Refusal }

/** The thread's program. */
const program = `
  const { parentPort } = require("node:worker_threads")
  const { opendirSync } = require("node:fs")
  const pack = ${pack.toString()}
  function* entries(directory) {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry
  }
  const read = ({ access, shared }) => {
    let directory
    try {
      directory = opendirSync(access, { encoding: "latin1", bufferSize: 1024 })
      return { packed: pack(entries(directory), shared) }
    } catch ({ code, message }) {
      return { refusal: { code, message } }
    } finally {
      directory?.closeSync()
    }
  }
  parentPort.on("message", (job) => {
    const done = read(job)
    const { packed } = done
    const parts = packed === undefined ? [] : [packed.keys, packed.offsets, packed.special]
    parentPort.postMessage(done, parts.map(({ buffer }) => buffer))
  })
`

/** A thread that reads one folder at a time, for whoever asks. */
export interface ReadThread {
  /** The names in the folder that opens by `access`; fails where the thread itself does. */
  readonly read: (access: string, shared: Shared) => Effect.Effect<Done, StoreUnavailable>
}

/**
 * The thread is started when it is needed and ends when the pool, which looks every 10 seconds, finds it idle for as long,
 * and with it the memory that it took.
 */
export const makeReadThread: Effect.Effect<ReadThread, never, Scope.Scope> = Effect.map(
  Monotonic.withoutWallClock(
    Pool.makeWithTTL({
      acquire: makeThread<Job, Done>("read", program),
      min: 0,
      max: 1,
      timeToLive: "10 seconds"
    })
  ),
  (pool) => ({
    read: (access, shared) =>
      Effect.scoped(
        Effect.gen(function* () {
          const thread = yield* Pool.get(pool)
          return yield* Effect.onExit(thread.ask({ access, shared }), (exit) =>
            exit._tag === "Failure" && !Cause.hasInterruptsOnly(exit.cause)
              ? Pool.invalidate(pool, thread)
              : Effect.void
          )
        })
      ).pipe(Effect.mapError(({ cause }) => new StoreUnavailable({ cause })))
  })
)
