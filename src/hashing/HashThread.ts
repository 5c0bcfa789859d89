/**
 * SHA-256 of files on threads of their own: hashing a gigabyte takes about a second, in which the event loop would
 * answer nobody. A thread reads the file itself, by its descriptor, so that no byte of it crosses between threads.
 */
import { Data, Effect, Pool, type Scope } from "effect"
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"

/** The file could not be read to the end of the range that was to be hashed. */
export class HashFailed extends Data.TaggedError("HashFailed")<{ readonly cause: unknown }> {}

/** A thread that hashes one file at a time. */
export interface HashThread {
  /** Goes on hashing with the bytes from `from` to `to` of an open file; fails where the file ends before that. */
  readonly update: (descriptor: number, from: number, to: number) => Effect.Effect<void, HashFailed>
  /** The digest of all that was hashed, 64 lower-case hexadecimal digits; the next file can follow. */
  readonly digest: Effect.Effect<string, HashFailed>
}

/** What is asked of the thread: to read on, or to finish. */
type Job = { readonly descriptor: number; readonly from: number; readonly to: number } | "digest"

/** What it answers: nothing, a digest, or what went wrong. */
interface Done {
  readonly digest?: string
  readonly error?: string
}

/**
 * The thread's program. It is text, because the program that people run is one file (a bundle) and the source is
 * another: a file of its own would have to be found beside both.
 */
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

/** The longest range hashed without looking up, so that nobody waits long for an interruption. In bytes; about 20 ms. */
const slice = 32 * 1024 * 1024

/** Asks for one job. It cannot be interrupted: the descriptor must stay open while the thread reads it. */
const run = (worker: Worker, job: Job): Effect.Effect<Done, HashFailed> =>
  Effect.callback<Done, HashFailed>((resume) => {
    const finish = (result: Effect.Effect<Done, HashFailed>) => {
      worker.off("message", done).off("error", failed).off("exit", ended)
      worker.unref()
      resume(result)
    }
    const done = (message: Done) =>
      finish(
        message.error === undefined
          ? Effect.succeed(message)
          : Effect.fail(new HashFailed({ cause: new Error(message.error) }))
      )
    const failed = (cause: Error) => finish(Effect.fail(new HashFailed({ cause })))
    const ended = () => failed(new Error("the thread has ended"))
    if (worker.threadId === -1) return ended()
    worker.on("message", done).on("error", failed).on("exit", ended)
    worker.ref()
    worker.postMessage(job)
  }).pipe(Effect.uninterruptible)

const makeThread: Effect.Effect<Worker, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const worker = new Worker(program, { eval: true, name: "hash" })
    // Whoever uses it sees that it has ended. An error nobody listens to, as where no descriptor was left for the
    // thread to begin with, would end the process.
    worker.on("error", () => undefined)
    worker.unref()
    return worker
  }),
  (worker) => Effect.promise(() => worker.terminate())
)

const toHashThread = (worker: Worker): HashThread => ({
  update: Effect.fnUntraced(function* (descriptor, from, to) {
    for (let position = from; position < to; position += slice) {
      yield* run(worker, { descriptor, from: position, to: Math.min(to, position + slice) })
    }
  }),
  digest: Effect.flatMap(run(worker, "digest"), ({ digest }) =>
    digest === undefined
      ? Effect.fail(new HashFailed({ cause: new Error("the thread sent no digest") }))
      : Effect.succeed(digest)
  )
})

/** Threads to hash with. */
export interface HashThreads {
  /** A thread for the scope's time, as soon as one is free. */
  readonly take: Effect.Effect<HashThread, never, Scope.Scope>
}

/**
 * Threads that are started when they are needed and end when they were not for a while. There are at most four, and
 * no more than processors: whoever comes later waits.
 */
export const makeHashThreads: Effect.Effect<HashThreads, never, Scope.Scope> = Effect.gen(
  function* () {
    const pool = yield* Pool.makeWithTTL({
      acquire: makeThread,
      min: 0,
      max: Math.min(4, availableParallelism()),
      timeToLive: "10 seconds"
    })
    return {
      take: Effect.gen(function* () {
        const worker = yield* Pool.get(pool)
        const thread = toHashThread(worker)
        // Whatever an interrupted or failed run left behind must not get into the next file's digest.
        yield* Effect.addFinalizer(() =>
          Effect.catch(thread.digest, () => Pool.invalidate(pool, worker))
        )
        return thread
      })
    }
  }
)
