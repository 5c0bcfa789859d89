/**
 * Reads a range of an open file as a stream. While one buffer is being written to the client, the next is read: that
 * came within 8 % of nginx's sendfile, and more buffers gained nothing. Buffers come from a pool that all transfers
 * share (BufferPool); where it has none left, there is one buffer and no reading ahead. Opening files: SafeOpen.
 */
import { Cause, Effect, type Pull, Stream } from "effect"
import { type BigIntStats, fstatSync, read } from "node:fs"
import { StoreUnavailable } from "../../../domain/Errors.ts"
import type { FileName } from "../../../domain/FileName.ts"
import { type BufferPool, largestBuffer, type PooledBuffer, smallestBuffer } from "../BufferPool.ts"

/** An open file. */
export interface Source {
  /** The name that it was asked for by. */
  readonly name: FileName
  readonly descriptor: number
  /** Its `stat` when it was opened. */
  readonly stats: BigIntStats
  /** Reads in the thread pool that are not finished; the file must not be closed before. */
  readonly underWay: Set<Promise<unknown>>
}

const unavailable = ({ name }: Source, cause: unknown) =>
  new StoreUnavailable({ cause, file: name })

const changed = (source: Source, how: "shrank" | "was overwritten") =>
  unavailable(source, new Error(`the file ${how} while it was sent`))

/** The `stat` of the open file now. */
export const statNow = (source: Source): Effect.Effect<BigIntStats, StoreUnavailable> =>
  Effect.try({
    try: () => fstatSync(source.descriptor, { bigint: true }),
    catch: (cause) => unavailable(source, cause)
  })

/**
 * Fails if the open file shrank or was overwritten. It may have grown, or have been renamed or unlinked (which changes
 * its ctime): the requested bytes are still there then.
 */
export const requireUnchanged = (source: Source): Effect.Effect<void, StoreUnavailable> =>
  Effect.flatMap(statNow(source), (now) => {
    const { stats: before } = source
    if (now.size < before.size) return Effect.fail(changed(source, "shrank"))
    return now.size === before.size && now.mtimeNs !== before.mtimeNs
      ? Effect.fail(changed(source, "was overwritten"))
      : Effect.void
  })

/** Fills the buffer from byte `position` on, as far as the file goes. */
const readInto = ({ descriptor, underWay }: Source, buffer: Uint8Array, position: number) => {
  const reading = new Promise<Uint8Array>((resolve, reject) =>
    read(descriptor, buffer, 0, buffer.length, position, (cause, count) =>
      cause === null ? resolve(buffer.subarray(0, count)) : reject(cause)
    )
  )
  underWay.add(reading)
  const finished = () => underWay.delete(reading)
  // Also handles a failure that nobody waits for any more.
  reading.then(finished, finished)
  return reading
}

/** A read, and the buffer that it fills. */
interface Reading {
  readonly bytes: Promise<Uint8Array>
  readonly release: () => void
}

const nothing = (): void => undefined

class RangeReader {
  readonly #source: Source
  readonly #pool: BufferPool
  readonly #end: number
  #position: number
  /** Releases the buffer of the chunk that was pulled last. */
  #release = nothing
  #ahead: Reading | undefined
  /** Used for one chunk after the other while the pool has no buffer. */
  #own: PooledBuffer | undefined

  constructor(source: Source, pool: BufferPool, start: number, length: number) {
    this.#source = source
    this.#pool = pool
    this.#position = start
    this.#end = start + length
    if (length > 0) this.#readAhead()
  }

  get #wanted(): number {
    return Math.min(largestBuffer, this.#end - this.#position)
  }

  get #ownBuffer(): PooledBuffer {
    return (this.#own ??= { bytes: new Uint8Array(smallestBuffer), release: nothing })
  }

  #begin({ bytes, release }: PooledBuffer): Reading {
    const wanted = bytes.subarray(0, Math.min(bytes.length, this.#wanted))
    return { bytes: readInto(this.#source, wanted, this.#position), release }
  }

  /** Begins with the next chunk where the pool has a buffer for it. */
  #readAhead(): void {
    const buffer = this.#pool.take(this.#wanted)
    if (buffer !== undefined) this.#ahead = this.#begin(buffer)
  }

  /** The next chunk. Its buffer is used again only after the next pull, when its write is over. */
  readonly pull: Pull.Pull<readonly [Uint8Array], StoreUnavailable> = Effect.suspend(() => {
    this.#release()
    this.#release = nothing
    if (this.#position === this.#end) return Cause.done()
    this.#ahead ??= this.#begin(this.#pool.take(this.#wanted) ?? this.#ownBuffer)
    return this.#await(this.#ahead)
  })

  #await({ bytes, release }: Reading): Pull.Pull<readonly [Uint8Array], StoreUnavailable> {
    return Effect.tryPromise({
      try: () => bytes,
      catch: (cause) => unavailable(this.#source, cause)
    }).pipe(
      Effect.flatMap((chunk) => {
        this.#ahead = undefined
        this.#release = release
        if (chunk.length === 0) return Effect.fail(changed(this.#source, "shrank"))
        this.#position += chunk.length
        if (this.#position === this.#end)
          return Effect.as(requireUnchanged(this.#source), [chunk] as const)
        this.#readAhead()
        return Effect.succeed([chunk] as const)
      })
    )
  }

  /** Releases the buffers, that of a read under way when it is finished. */
  close(): void {
    this.#release()
    this.#release = nothing
    const reading = this.#ahead
    this.#ahead = undefined
    if (reading !== undefined) reading.bytes.then(reading.release, reading.release)
  }
}

/**
 * `length` bytes from byte `start` on, a range inside the file. A chunk is valid until the next one is pulled, or the
 * stream is interrupted; whoever writes it must have finished by then. Fails where the file shrank, was overwritten, or
 * cannot be read.
 */
export const readRange = (
  source: Source,
  pool: BufferPool,
  start: number,
  length: number
): Stream.Stream<Uint8Array, StoreUnavailable> =>
  Stream.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => new RangeReader(source, pool, start, length)),
        (reader) => Effect.sync(() => reader.close())
      ),
      ({ pull }) => Stream.fromPull(Effect.succeed(pull))
    )
  )
