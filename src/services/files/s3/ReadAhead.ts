/**
 * Reads a long range in parts, several at once, and hands their bytes on in order as they come: one request after the
 * other would leave the store idle while a part is sent, and the client idle while the next is asked for. How a part
 * is fetched is not known here.
 */
import { Cause, Effect, Fiber, Stream } from "effect"

/** Gives `take` the bytes of a range, in order; has given it all of them when it succeeds. */
export type Fetch<E> = (
  start: number,
  length: number,
  take: (chunk: Uint8Array) => void
) => Effect.Effect<void, E>

/** Reads ranges ahead, in memory that all readers share. */
export interface ReadAhead {
  /**
   * The bytes of a range, in order; a chunk is valid until the next one is asked for. One reader takes up to 48 MiB;
   * the less is left, the shorter its parts are, and one that finds next to nothing reads short parts one by one: so
   * peers who take nothing, however many, do not stop the others.
   */
  readonly read: <E>(fetch: Fetch<E>, start: number, length: number) => Stream.Stream<Uint8Array, E>
}

/** Parts of one reader in memory, the one that is being sent included. */
const mostParts = 3

/** The first part is this long, and each next one twice as long: a file of middle size takes no more than it needs. */
const shortestPart = 256 * 1024

/** A request to S3 costs as much time as 4 MiB do; in parts so long that is next to nothing. */
const longestPart = 16 * 1024 * 1024

/** What is handed on at a time, at most; the store of a folder found that more gains nothing. */
const chunkSize = 512 * 1024

/** Buffers of the longest parts that are kept to be used again. */
const mostSpare = 3

/** A part on its way, or all there. */
interface Part<E> {
  readonly buffer: Uint8Array
  /** What it takes of the bytes that readers share. */
  readonly cost: number
  /** How many of its bytes have come, and how many were handed on. */
  come: number
  sent: number
  fiber: Fiber.Fiber<void, E> | undefined
  /** Called when more has come, or nothing more will. */
  wake: (() => void) | undefined
}

/** Reads ahead in `capacity` bytes for all readers together. */
export const makeReadAhead = (capacity: number): ReadAhead => {
  let left = capacity
  // Bytes are copied into buffers that are used again: the chunks of a socket, kept until their turn comes, made the
  // garbage collector work longer than all else together.
  const spare: Array<Uint8Array> = []

  const bufferOf = (length: number): Uint8Array =>
    (length === longestPart ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(length)

  const read = <E>(fetch: Fetch<E>, start: number, length: number): Stream.Stream<Uint8Array, E> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const scope = yield* Effect.scope
        const end = start + length
        /** In order; the first is being sent. */
        const parts: Array<Part<E>> = []
        let position = start
        let size = shortestPart
        let taken = 0

        const take = (cost: number): void => {
          taken += cost
          left -= cost
        }
        yield* Effect.addFinalizer(() => Effect.sync(() => take(-taken)))

        const begin = (length: number, cost: number) =>
          Effect.suspend(() => {
            take(cost)
            const buffer = bufferOf(length)
            const part: Part<E> = {
              buffer,
              cost,
              come: 0,
              sent: 0,
              fiber: undefined,
              wake: undefined
            }
            parts.push(part)
            const from = position
            position += length
            return fetch(from, length, (chunk) => {
              buffer.set(chunk, part.come)
              part.come += chunk.length
              part.wake?.()
            }).pipe(
              Effect.forkIn(scope),
              Effect.map((fiber) => {
                part.fiber = fiber
                fiber.addObserver(() => part.wake?.())
              })
            )
          })

        const beginAll = Effect.gen(function* () {
          while (position < end && parts.length < mostParts) {
            const fair = Math.max(shortestPart, Math.floor(left / 4))
            const wanted = Math.min(size, fair, end - position)
            if (wanted <= left) {
              yield* begin(wanted, wanted)
              size = Math.min(size * 2, longestPart)
            } else if (parts.length === 0) {
              yield* begin(wanted, 0)
            } else {
              return
            }
          }
        })

        /** Waits until more has come; fails where the part does. */
        const more = (part: Part<E>): Effect.Effect<void, E> => {
          const exit = part.fiber?.pollUnsafe()
          if (exit !== undefined) return exit
          return Effect.callback<void>((resume) => {
            part.wake = () => {
              part.wake = undefined
              resume(Effect.void)
            }
          })
        }

        const finish = (part: Part<E>): void => {
          parts.shift()
          take(-part.cost)
          if (part.buffer.length === longestPart && spare.length < mostSpare)
            spare.push(part.buffer)
        }

        // Who asks for more is done with what it has, so only then is a part let go of.
        const pull = Effect.gen(function* () {
          while (true) {
            const [sending] = parts
            if (sending !== undefined && sending.sent === sending.buffer.length) finish(sending)
            yield* beginAll
            const [part] = parts
            if (part === undefined) return yield* Cause.done()
            if (part.come > part.sent) {
              const chunk = part.buffer.subarray(
                part.sent,
                Math.min(part.come, part.sent + chunkSize)
              )
              part.sent += chunk.length
              return [chunk] as const
            }
            yield* more(part)
          }
        })
        return Stream.fromPull(Effect.succeed(pull))
      })
    )

  return { read }
}
