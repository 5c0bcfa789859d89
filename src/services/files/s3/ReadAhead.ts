/**
 * Reads a long range in parts, several at a time, and emits their bytes in order as they come. With one request after the
 * other, the store would be idle while a part is sent, and the client while the next is requested. Fetching a part:
 * S3FileStore.
 */
import { Cause, Effect, Stream } from "effect"
import { Part } from "./ReadAheadPart.ts"

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

/** How many buffers of the longest parts are kept to be used again. */
const mostSpare = 3

/** Readers with `capacity` bytes of memory together. */
export const makeReadAhead = (capacity: number): ReadAhead => {
  let left = capacity
  // Bytes are copied into buffers that are used again. Keeping the socket's own chunks until they are sent made garbage
  // collection take longer than everything else together.
  const spare: Array<Uint8Array> = []

  const bufferOf = (length: number): Uint8Array =>
    (length === longestPart ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(length)

  const keepBuffer = (buffer: Uint8Array): void => {
    if (buffer.length === longestPart && spare.length < mostSpare) spare.push(buffer)
  }

  const read = <E>(fetch: Fetch<E>, start: number, length: number): Stream.Stream<Uint8Array, E> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const scope = yield* Effect.scope
        const end = start + length
        /** The parts in order; the first is being sent. */
        const parts: Array<Part<E>> = []
        let position = start
        let size = shortestPart

        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            for (const { cost } of parts.splice(0)) left += cost
          })
        )

        const begin = (length: number, cost: number) =>
          Effect.suspend(() => {
            left -= cost
            const part = new Part<E>(bufferOf(length), cost)
            parts.push(part)
            const from = position
            position += length
            return Effect.map(
              Effect.forkIn(
                fetch(from, length, (chunk) => part.add(chunk)),
                scope
              ),
              (fiber) => part.isFetchedBy(fiber)
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

        const finish = (part: Part<E>): void => {
          parts.shift()
          left += part.cost
          keepBuffer(part.buffer)
        }

        // A chunk is in use until the next pull, so a part is released only then.
        const pull = Effect.gen(function* () {
          while (true) {
            const [sending] = parts
            if (sending?.isSent === true) finish(sending)
            yield* beginAll
            const [part] = parts
            if (part === undefined) return yield* Cause.done()
            const chunk = part.next()
            if (chunk !== undefined) return [chunk] as const
            yield* part.more()
          }
        })
        return Stream.fromPull(Effect.succeed(pull))
      })
    )

  return { read }
}
