/**
 * Writes what arrives in large pieces, one of which is written while the next is received: a call for each 64 KiB that
 * arrive took most of the time of a file of a GiB. Where it is written is the caller's affair.
 */
import { Duration, Effect, Fiber, type Scope, Semaphore } from "effect"

/** How many bytes are gathered before they are written. */
const pieceSize = 1024 * 1024

/** For how long they are gathered at most: what was received last is shown, and is not in vain if the program is killed. */
const longest = Duration.millis(100)

/** Takes bytes, and writes them. */
export interface WriteBehind<E> {
  /** Takes the next bytes; waits while a piece is written and the next one is full. Fails where an earlier piece could not be written. */
  readonly take: (chunk: Uint8Array) => Effect.Effect<void, E>
  /** Writes what was taken; done when all of it is written. */
  readonly flush: Effect.Effect<void, E>
}

/** Writes each piece with `write`, never two at a time. */
export const makeWriteBehind = <E>(
  write: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void, E>
): Effect.Effect<WriteBehind<E>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const turns = Semaphore.makeUnsafe(1)
    let chunks: Array<Uint8Array> = []
    let size = 0
    /** How many pieces were given to be written. */
    let count = 0
    let writing: Fiber.Fiber<void, E> | undefined
    const written = Effect.suspend(() =>
      writing === undefined ? Effect.void : Fiber.join(writing)
    )
    const writeOn = Effect.gen(function* () {
      yield* written
      const piece = chunks
      if (piece.length === 0) return
      chunks = []
      size = 0
      count += 1
      writing = yield* Effect.forkIn(write(piece), scope)
    }).pipe(turns.withPermit, Effect.uninterruptible)
    /**
     * Writes what is gathered now, unless that was written before. Its failure is told to whoever takes or flushes next. It
     * knows the piece by its number, for by itself it would hold all that was received in this time.
     */
    const writeLater = (number: number) =>
      Effect.sleep(longest).pipe(
        Effect.andThen(Effect.suspend(() => (number === count ? writeOn : Effect.void))),
        Effect.ignore,
        Effect.forkIn(scope)
      )
    return {
      take: (chunk) =>
        Effect.suspend(() => {
          chunks.push(chunk)
          size += chunk.length
          if (size >= pieceSize) return writeOn
          return chunks.length === 1 ? writeLater(count) : Effect.void
        }),
      flush: Effect.andThen(writeOn, written)
    }
  })
