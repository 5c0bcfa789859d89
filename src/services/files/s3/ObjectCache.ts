/**
 * Fetches the metadata of an object and its first bytes in one request, and keeps small objects, which this fetches
 * whole. A kept object is requested again with its ETag, and its bytes come only if it changed. Within a freshness time
 * it is not requested at all, and simultaneous readers share one request. Retrying requests: S3Retry.
 */
import { Clock, Duration, Effect, Exit, Fiber, Option, type Scope } from "effect"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { Bucket, ObjectDetails, S3Failure } from "./Bucket.ts"
import { sha256Of } from "../Digest.ts"
import { makeLruCache, overhead } from "../LruCache.ts"

/** The result of one request for an object. */
export class CachedObject {
  readonly details: ObjectDetails
  /** The first bytes: `prefetchSize` of them, or all there are. */
  readonly beginning: Uint8Array
  #sha256: string | undefined

  constructor(details: ObjectDetails, beginning: Uint8Array) {
    this.details = details
    this.beginning = beginning
  }

  /** Whether the beginning is the whole object. */
  get isWhole(): boolean {
    return this.beginning.length === this.details.size
  }

  /** The SHA-256 of the beginning, 64 lower-case hexadecimal digits. */
  get sha256(): string {
    return (this.#sha256 ??= sha256Of(this.beginning))
  }
}

/** The cache of small objects. */
export interface ObjectCache {
  /** The object's metadata and beginning, from the cache or the store. */
  readonly at: (key: string) => Effect.Effect<CachedObject, S3Failure>
  /** The same from the cache while it is fresh; `undefined` if the store must be asked. */
  readonly fresh: (key: string) => CachedObject | undefined
  /** Updates the cache with the metadata from another request, or `undefined` if there is no such object. */
  readonly learn: (key: string, details: ObjectDetails | undefined) => void
}

/** The options of the cache. */
export interface Options {
  readonly bucket: Bucket
  /** Retries a request. */
  readonly retry: <A>(request: Effect.Effect<A, S3Failure>) => Effect.Effect<A, S3Failure>
  /** How many bytes small objects may take, with keys and overhead. */
  readonly capacity: number
  /** How long an answer is fresh, counted from its request; zero means that every read asks the store. */
  readonly fresh: Duration.Duration
}

/** How many bytes a request fetches at most: transferring them takes about as long as the request itself. */
export const prefetchSize = 256 * 1024

/** How many keys of longer objects are remembered, for which a range is requested and not the whole object. */
const mostLong = 10_000

/** A kept object, and when it was requested, by Monotonic, in milliseconds. */
interface Kept {
  readonly object: CachedObject
  readonly askedAt: number
}

/** A request for an object that is not answered yet. */
interface Flight {
  readonly fiber: Fiber.Fiber<CachedObject, S3Failure>
  readonly askedAt: number
  /** How many fibers wait for it; when none does, it is interrupted. */
  waiting: number
}

/**
 * The bytes in one buffer of their own. A chunk is a part of a buffer of 64 KiB, and so is what Buffer.concat makes of
 * small chunks (Buffer.poolSize); the whole buffer would stay in memory.
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

/** An empty cache; its requests are interrupted when the scope closes. */
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

  /** The last who waits ends a request that is still under way, and nobody else is given it. */
  const leave = (key: string, flight: Flight) =>
    Effect.suspend(() => {
      flight.waiting -= 1
      if (flight.waiting > 0 || flight.fiber.pollUnsafe() !== undefined) return Effect.void
      if (flights.get(key) === flight) flights.delete(key)
      return Fiber.interrupt(flight.fiber)
    })

  /** Waits for the request that `enter` joins or begins, and counts who waits for in that step: a fiber may yield between two. */
  const waitFor = (
    key: string,
    enter: Effect.Effect<Flight>
  ): Effect.Effect<CachedObject, S3Failure> =>
    Effect.acquireUseRelease(
      enter,
      ({ fiber }) => Fiber.join(fiber),
      (flight) => leave(key, flight)
    )

  const begin = (key: string, known: CachedObject | undefined, askedAt: number) =>
    retry(fetch(key, known)).pipe(
      // At once, and not a turn of the event loop later.
      Effect.forkIn(scope, { startImmediately: true }),
      Effect.map((fiber) => {
        const flight: Flight = { fiber, askedAt, waiting: 1 }
        flights.set(key, flight)
        fiber.addObserver((exit) => settle(key, flight, exit))
        return flight
      })
    )

  return {
    at: (key) =>
      Effect.suspend(() => {
        const now = Monotonic.nowUnsafe(clock)
        const object = freshObject(key, now)
        if (object !== undefined) return Effect.succeed(object)
        return waitFor(
          key,
          Effect.suspend(() => {
            const flight = flights.get(key)
            if (flight === undefined || !isFresh(flight.askedAt, now))
              return begin(key, small.get(key)?.object, now)
            flight.waiting += 1
            return Effect.succeed(flight)
          })
        )
      }),
    fresh: (key) => freshObject(key, Monotonic.nowUnsafe(clock)),
    learn: (key, details) => {
      noteSize(key, details?.size ?? 0)
      if (small.get(key)?.object.details.etag !== details?.etag) small.delete(key)
      flights.delete(key)
    }
  }
})
