/** SHA-256 by Node: of files on a thread of its own, so that hashing a download takes no time from receiving it. */
import { Effect, Fiber, Layer, Queue } from "effect"
import { open } from "node:fs/promises"
import { Hashing, HashUnavailable } from "../files/Hashing.ts"
import { passing } from "./Sha256.ts"
import { makeHashThreads } from "../../hashing/HashThread.ts"

const unavailable = (cause: unknown) => new HashUnavailable({ cause })

/** Hashing with at most as many threads as processors. */
export const layer: Layer.Layer<Hashing> = Layer.effect(
  Hashing,
  Effect.gen(function* () {
    const threads = yield* makeHashThreads
    return {
      passing,
      follow: Effect.fnUntraced(function* (path, size) {
        const file = yield* Effect.acquireRelease(
          Effect.tryPromise({ try: () => open(path, "r"), catch: unavailable }),
          (file) => Effect.promise(() => file.close())
        )
        const thread = yield* threads.take
        // Only the latest news counts: it stands for all the bytes before it.
        const news = yield* Queue.sliding<number>(1)
        const following = Effect.gen(function* () {
          for (let hashed = 0; hashed < size;) {
            const end = yield* Queue.take(news)
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
