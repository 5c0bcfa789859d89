/** SHA-256 by Node; files are hashed on threads of their own, so that hashing does not slow down receiving. */
import { Effect, Fiber, Layer, Queue } from "effect"
import { open } from "node:fs/promises"
import { Hashing, HashUnavailable } from "../files/Hashing.ts"
import { createSha256, sha256Of } from "./Sha256.ts"
import { makeHashThreads } from "../../hashing/HashThread.ts"

/**
 * The least that a thread is sent at a time, in bytes, but for the end of a file: a message for each 64 KiB that arrive
 * took a tenth of the processor's time of a download.
 */
const leastRange = 1024 * 1024

const unavailable = (cause: unknown) => new HashUnavailable({ cause })

/** Hashing, with at most as many threads as processors. */
export const layer: Layer.Layer<Hashing> = Layer.effect(
  Hashing,
  Effect.gen(function* () {
    const threads = yield* makeHashThreads
    return {
      createHash: createSha256,
      digestOf: sha256Of,
      hashFile: Effect.fnUntraced(function* (path, size) {
        const file = yield* Effect.acquireRelease(
          Effect.tryPromise({ try: () => open(path, "r"), catch: unavailable }),
          (file) => Effect.promise(() => file.close())
        )
        const thread = yield* threads.take
        // The latest position stands for all before it.
        const news = yield* Queue.sliding<number>(1)
        const following = Effect.gen(function* () {
          for (let hashed = 0; hashed < size;) {
            const end = yield* Queue.take(news)
            if (end - hashed < leastRange && end < size) continue
            yield* thread.update(file.fd, hashed, end)
            hashed = end
          }
          return yield* thread.digest
        }).pipe(Effect.mapError(unavailable))
        const fiber = yield* Effect.forkScoped(following)
        return {
          advance: (end) => void Queue.offerUnsafe(news, end),
          digest: Fiber.join(fiber)
        }
      })
    }
  })
)
