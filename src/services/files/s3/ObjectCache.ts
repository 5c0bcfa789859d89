/**
 * The beginnings of objects, and so the whole of small ones: one request tells what an object is and brings what most
 * readers want of it. Small objects are kept and asked for again by their ETag, which brings them only where they have
 * changed. What the store said may be told again for a moment, and to all who ask meanwhile; what the moment is, and
 * how requests are repeated, is not decided here.
 */
import { Clock, Duration, Effect, Exit, Fiber, Option, type Scope } from "effect"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { Bucket, ObjectDetails, S3Failure } from "./Bucket.ts"
import { sha256Of } from "../Digest.ts"
import { makeLruCache, overhead } from "../LruCache.ts"

/** What one request for an object brought. */
export class CachedObject {
  readonly details: ObjectDetails
  /** The first bytes: `prefetchSize` of them, or all there are. */
  readonly beginning: Uint8Array
  #sha256: string | undefined

  constructor(details: ObjectDetails, beginning: Uint8Array) {
    this.details = details
    this.beginning = beginning
  }

  /** Whether the beginning is all there is. */
  get isWhole(): boolean {
    return this.beginning.length === this.details.size
  }

  /** Of the beginning; 64 lower-case hexadecimal digits. */
  get sha256(): string {
    return (this.#sha256 ??= sha256Of(this.beginning))
  }
}

/** The small objects that were read lately, and the requests under way. */
export interface ObjectCache {
  /** What the object is, and its beginning. */
  readonly at: (key: string) => Effect.Effect<CachedObject, S3Failure>
  /** The same, where the store's last answer may be told again; `undefined` where the store is to be asked. */
  readonly fresh: (key: string) => CachedObject | undefined
  /** Takes note of what another request told: what the object is, or that there is none. */
  readonly learn: (key: string, details: ObjectDetails | undefined) => void
}

/** How objects are read and kept. */
export interface Options {
  readonly bucket: Bucket
  /** How a request is sent until it is answered. */
  readonly retry: <A>(request: Effect.Effect<A, S3Failure>) => Effect.Effect<A, S3Failure>
  /** How many bytes small objects may take, keys and all included. */
  readonly capacity: number
  /** For how long an answer of the store may be told, from when it was asked; zero for never again. */
  readonly fresh: Duration.Duration
}

/** The bytes that a request brings, at most: it takes about as long as so many bytes do. */
export const prefetchSize = 256 * 1024

/** How many objects are remembered as longer than that, at most, so that no more than that is asked for. */
const mostLong = 10_000

/** An object, and when the store was asked for it, by Monotonic. */
interface Kept {
  readonly object: CachedObject
  readonly askedAt: number
}

/** A request for an object that is under way. */
interface Flight {
  readonly fiber: Fiber.Fiber<CachedObject, S3Failure>
  readonly askedAt: number
  /** How many wait for it; when nobody does, it is given up. */
  waiting: number
}

/**
 * The bytes in one buffer of their own. A chunk is a part of a buffer of 64 KiB, and what Buffer.concat makes of small
 * ones is too (Buffer.poolSize), all of which would be kept with it.
 */
const joined = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = Buffer.allocUnsafeSlow(chunks.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const chunk of chunks) {
    bytes.set(chunk, end)
    end += chunk.length
  }
  return bytes
}

/** A cache whose askers share their requests, until the scope closes. */
export const makeObjectCache = Effect.fnUntraced(function* ({
  retry,
  bucket,
  capacity,
  fresh
}: Options): Effect.fn.Return<ObjectCache, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const clock = yield* Clock.Clock
  const freshness = Duration.toMillis(fresh)
  const small = makeLruCache<Kept>(capacity)
  const long = makeLruCache<true>(mostLong * overhead)
  const flights = new Map<string, Flight>()

  const isFresh = (askedAt: number, now: number): boolean => now < askedAt + freshness

  const freshObject = (key: string, now: number): CachedObject | undefined => {
    const kept = small.get(key)
    return kept !== undefined && isFresh(kept.askedAt, now) ? kept.object : undefined
  }

  const noteSize = (key: string, size: number): void => {
    if (size > prefetchSize) long.set(key, true, 0)
    else long.delete(key)
  }

  const fetch = (
    key: string,
    known: CachedObject | undefined
  ): Effect.Effect<CachedObject, S3Failure> =>
    Effect.suspend(() => {
      const chunks: Array<Uint8Array> = []
      const range = {
        start: 0,
        length: prefetchSize,
        isLikelyAll: long.get(key) === undefined,
        ifNoneMatch: known?.details.etag
      }
      return Effect.map(
        bucket.get(key, range, (chunk) => chunks.push(chunk)),
        (details) => new CachedObject(details, joined(chunks))
      )
    }).pipe(
      Effect.catchIf(
        ({ status }) => status === 304 && known !== undefined,
        (failure) => (known === undefined ? Effect.fail(failure) : Effect.succeed(known))
      ),
      // An empty object has no first byte (RFC 9110, 15.5.17).
      Effect.catchIf(
        ({ status }) => status === 416,
        () => Effect.map(bucket.head(key), (details) => new CachedObject(details, Buffer.alloc(0)))
      )
    )

  const settle = (key: string, flight: Flight, exit: Exit.Exit<CachedObject, S3Failure>): void => {
    const { askedAt } = flight
    if (flights.get(key) === flight) flights.delete(key)
    if (Exit.isFailure(exit)) {
      if (Option.exists(Exit.findErrorOption(exit), ({ status }) => status === 404))
        small.delete(key)
      return
    }
    const object = exit.value
    noteSize(key, object.details.size)
    const older = small.get(key)
    if (older !== undefined && older.askedAt > askedAt) return
    small.delete(key)
    if (object.isWhole) small.set(key, { object, askedAt }, object.beginning.length)
  }

  const waitFor = (key: string, flight: Flight): Effect.Effect<CachedObject, S3Failure> => {
    flight.waiting += 1
    return Effect.onInterrupt(Fiber.join(flight.fiber), () => {
      flight.waiting -= 1
      if (flight.waiting > 0) return Effect.void
      if (flights.get(key) === flight) flights.delete(key)
      return Fiber.interrupt(flight.fiber)
    })
  }

  const begin = (key: string, known: CachedObject | undefined, askedAt: number) =>
    retry(fetch(key, known)).pipe(
      // Not a turn of the event loop later, for somebody waits.
      Effect.forkIn(scope, { startImmediately: true }),
      Effect.flatMap((fiber) => {
        const flight: Flight = { fiber, askedAt, waiting: 0 }
        flights.set(key, flight)
        fiber.addObserver((exit) => settle(key, flight, exit))
        return waitFor(key, flight)
      })
    )

  return {
    at: (key) =>
      Effect.suspend(() => {
        const now = Monotonic.nowUnsafe(clock)
        const object = freshObject(key, now)
        if (object !== undefined) return Effect.succeed(object)
        const flight = flights.get(key)
        return flight !== undefined && isFresh(flight.askedAt, now)
          ? waitFor(key, flight)
          : begin(key, small.get(key)?.object, now)
      }),
    fresh: (key) => freshObject(key, Monotonic.nowUnsafe(clock)),
    learn: (key, details) => {
      noteSize(key, details?.size ?? 0)
      if (small.get(key)?.object.details.etag !== details?.etag) small.delete(key)
      flights.delete(key)
    }
  }
})
