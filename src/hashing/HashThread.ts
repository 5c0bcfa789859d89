/**
 * Computes the SHA-256 of files on other threads: a gigabyte takes about a second, during which the event loop would
 * answer no client. A thread reads the file itself, by its descriptor, so no bytes are copied between threads.
 */
import { Data, Effect, Pool, type Scope } from "effect"
import { availableParallelism } from "node:os"
import * as Monotonic from "../domain/Monotonic.ts"
import { makeThread, type Thread } from "../threads/Thread.ts"

/** The range could not be read to its end: the read failed, the file is shorter, or the thread ended. */
export class HashFailed extends Data.TaggedError("HashFailed")<{ readonly cause: unknown }> {}

/** A thread that hashes one file at a time. */
export interface HashThread {
  /** Adds the bytes from offset `from` up to `to`, not included, of an open file; fails where the file ends before that. */
  readonly update: (descriptor: number, from: number, to: number) => Effect.Effect<void, HashFailed>
  /** The digest of all bytes added, 64 lower-case hexadecimal digits; then the thread begins a new digest. */
  readonly digest: Effect.Effect<string, HashFailed>
}

/** A message to the thread: a range to add, or the request for the digest. */
type Job = { readonly descriptor: number; readonly from: number; readonly to: number } | "digest"

/** Its answer: empty for a range, the digest, or an error. */
interface Done {
  readonly digest?: string
  readonly error?: string
}

/** The thread's program. */
const program = `
  const { parentPort } = require("node:worker_threads")
  const { createHash } = require("node:crypto")
  const { readSync } = require("node:fs")
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  let hash = createHash("sha256")
  const readOn = ({ descriptor, from, to }) => {
    for (let position = from; position < to; ) {
      const read = readSync(descriptor, buffer, 0, Math.min(buffer.length, to - position), position)
      if (read === 0) return { error: "the file ended at byte " + position }
      hash.update(buffer.subarray(0, read))
      position += read
    }
    return {}
  }
  const finish = () => {
    const digest = hash.digest("hex")
    hash = createHash("sha256")
    return { digest }
  }
  parentPort.on("message", (job) => {
    let done
    try { done = job === "digest" ? finish() : readOn(job) } catch (cause) { done = { error: cause.message } }
    parentPort.postMessage(done)
  })
`

/** The longest range sent to the thread at a time, in bytes, so that an interruption takes effect soon; about 20 ms. */
const slice = 32 * 1024 * 1024

/** Runs one job. */
const run = (thread: Thread<Job, Done>, job: Job): Effect.Effect<Done, HashFailed> =>
  thread.ask(job).pipe(
    Effect.mapError(({ cause }) => new HashFailed({ cause })),
    Effect.filterOrFail(
      ({ error }) => error === undefined,
      ({ error }) => new HashFailed({ cause: new Error(error) })
    )
  )

const toHashThread = (thread: Thread<Job, Done>): HashThread => ({
  update: Effect.fnUntraced(function* (descriptor, from, to) {
    for (let position = from; position < to; position += slice) {
      yield* run(thread, { descriptor, from: position, to: Math.min(to, position + slice) })
    }
  }),
  digest: Effect.flatMap(run(thread, "digest"), ({ digest }) =>
    digest === undefined
      ? Effect.fail(new HashFailed({ cause: new Error("the thread sent no digest") }))
      : Effect.succeed(digest)
  )
})

/** A pool of threads that hash. */
export interface HashThreads {
  /** Waits for a free thread and takes it until the scope closes. */
  readonly take: Effect.Effect<HashThread, never, Scope.Scope>
}

/**
 * A pool of at most four threads, and no more than processors. A thread is started when it is needed and ends when
 * the pool, which looks every 10 seconds, finds it idle for as long.
 */
export const makeHashThreads: Effect.Effect<HashThreads, never, Scope.Scope> = Effect.gen(
  function* () {
    const pool = yield* Monotonic.withoutWallClock(
      Pool.makeWithTTL({
        acquire: makeThread<Job, Done>("hash", program),
        min: 0,
        max: Math.min(4, availableParallelism()),
        timeToLive: "10 seconds"
      })
    )
    return {
      take: Effect.gen(function* () {
        const pooled = yield* Pool.get(pool)
        const thread = toHashThread(pooled)
        // Bytes of an interrupted or failed run must not get into the next file's digest.
        yield* Effect.addFinalizer(() =>
          Effect.catch(thread.digest, () => Pool.invalidate(pool, pooled))
        )
        return thread
      })
    }
  }
)
