/**
 * Reads a long range in parts, several at a time, and emits their bytes in order as they come. With one request after the
 * other, the store would be idle while a part is sent, and the client while the next is requested. Fetching a part:
 * S3FileStore.
 */
import { Cause, Effect, Fiber, Stream } from "effect"

/** Calls `take` with the bytes of a range, in order, and succeeds after all of them. */
export type Fetch<E> = (
  start: number,
  length: number,
  take: (chunk: Uint8Array) => void
) => Effect.Effect<void, E>

/** Readers with a common bound of memory. */
export interface ReadAhead {
  /**
   * The bytes of a range, in order; a chunk is valid until the next one is pulled. One reader takes up to 48 MiB. The
   * less memory is left, the shorter its parts are; without any, it reads short parts one by one, so that readers whose
   * clients take nothing do not stop the others.
   */
  readonly read: <E>(fetch: Fetch<E>, start: number, length: number) => Stream.Stream<Uint8Array, E>
}

/** How many parts of one reader are in memory, the one that is being sent included. */
const mostParts = 3

/** The length of the first part; each next one is twice as long, so that a shorter file takes less memory. */
const shortestPart = 256 * 1024

/** The length of the parts of a reader that finds no memory left, which are counted nowhere. */
const overflowPart = 64 * 1024

/** A request to S3 takes as long as transferring 4 MiB, which is little beside a part of this length. */
const longestPart = 16 * 1024 * 1024

/** The longest chunk that is emitted; for a folder's files, longer ones gained nothing. */
const chunkSize = 512 * 1024

/** How many buffers of the longest parts are kept to be used again. */
const mostSpare = 3

/** A part that is being fetched, or was. */
interface Part<E> {
  readonly buffer: Uint8Array
  /** How many bytes of the common memory it takes. */
  readonly cost: number
  /** How many of its bytes have come, and how many were emitted. */
  come: number
  sent: number
  fiber: Fiber.Fiber<void, E> | undefined
  /** Called when more bytes have come, or the fetch ended. */
  wake: (() => void) | undefined
}

/** Readers with `capacity` bytes of memory together. */
export const makeReadAhead = (capacity: number): ReadAhead => {
  let left = capacity
  // Bytes are copied into buffers that are used again. Keeping the socket's own chunks until they are sent made garbage
  // collection take longer than everything else together.
  const spare: Array<Uint8Array> = []

  const bufferOf = (length: number): Uint8Array =>
    (length === longestPart ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(length)

  const read = <E>(fetch: Fetch<E>, start: number, length: number): Stream.Stream<Uint8Array, E> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const scope = yield* Effect.scope
        const end = start + length
        /** The parts in order; the first is being sent. */
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
              yield* begin(Math.min(wanted, overflowPart), 0)
            } else {
              return
            }
          }
        })

        /** Waits until more bytes have come; fails as the fetch fails. */
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

        // A chunk is in use until the next pull, so a part is released only then.
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
