/**
 * Pages of names for SCAN, without state for each client. Names are ordered by a hash, and the cursor is the hash to go
 * on from: whatever comes and goes meanwhile, every file that is there from the first call to the last is returned, and
 * once. A scan may go on in another worker process, because the connections of one client are spread over them. Patterns
 * and replies: routes/FileRoutes.
 *
 * The first page visits every name. The index could be entered anywhere in the order of the names, but a cursor has no room
 * for a name, and names that share the bytes there is room for would be one page. If the server kept the name behind a
 * cursor, another worker would have to search it by its hash, and begin anew where it is gone: where files come and go
 * quickly, such a scan need not end. `LISTAR … APOS` is what enters the order of the names.
 */
import { Effect, Random, Stream } from "effect"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { StoreUnavailable } from "../../../domain/Errors.ts"
import type { FileName } from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import type { FileStore } from "../FileStore.ts"
import { type HashedNames, makeNameHasher } from "./HashedNames.ts"

/** A cursor has 53 bits, which clients in JavaScript hold exactly: 40 of a hash, then 13 that mark the process. */
const markBits = 13
const marks = 2 ** markBits

/** A random mark, by which a process tells its own cursors from those of others. */
export const anyMark: Effect.Effect<number> = Random.nextIntBetween(1, marks)

/**
 * A hash of 40 bits over the UTF-8 bytes of a name (bryc, cyrb53, public domain). Only its spread matters here, not
 * collisions.
 */
export const hash = (name: string): number => {
  const word = ByteString.fromText(name)
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < word.length; index++) {
    const byte = word.charCodeAt(index)
    high = Math.imul(high ^ byte, 2_654_435_761)
    low = Math.imul(low ^ byte, 1_597_334_677)
  }
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return (low & 0xff) * 2 ** 32 + (high >>> 0)
}

/** All names, as one walk of the store found them. */
interface Snapshot {
  /** The number of the walk, counted as they begin. */
  readonly walk: number
  /** When the walk began, by Monotonic, in milliseconds. */
  readonly taken: number
  readonly names: HashedNames
}

/** How long a snapshot is used for the following calls of a scan, in milliseconds. A new scan always walks anew. */
const freshness = 5000

/** The result of one call. */
export interface Page {
  readonly names: ReadonlyArray<FileName>
  /** The cursor of the next call; 0 where there are no more names. */
  readonly cursor: number
}

/** Names, and the hash to go on from where there are more. */
interface Part {
  readonly names: ReadonlyArray<FileName>
  readonly next?: number
}

/** Scans of one store. */
export interface Scan {
  /** `count` names from `cursor` on, 0 for the first; more only where names share a hash. */
  readonly page: (cursor: number, count: number) => Effect.Effect<Page, StoreUnavailable>
}

/** How many names are made in a turn of the event loop: less than 1 ms where they are long and not ASCII. */
const namesPerTurn = 1000

const partOf = Effect.fnUntraced(function* (
  found: HashedNames,
  from: number,
  count: number
): Effect.fn.Return<Part> {
  const names: Array<FileName> = []
  let last = -1
  for (const { hash, name } of found.from(from)) {
    // Names with the same hash stay together, because the next call can begin only at a hash.
    if (names.length >= count && hash !== last) return { names, next: hash }
    last = hash
    if (names.push(name) % namesPerTurn === 0) yield* Effect.yieldNow
  }
  return { names }
})

/** Scans of `store` in the process with this mark, in the order of `hashOf`. */
export const makeScan = (store: FileStore["Service"], mark: number, hashOf = hash): Scan => {
  let walks = 0
  // A weak reference: the end of a scan is not known, and a million names take some 40 MB.
  let kept: WeakRef<Snapshot> | undefined

  const walk = Effect.gen(function* () {
    walks += 1
    const walk = walks
    const taken = yield* Monotonic.now
    const hasher = makeNameHasher(hashOf)
    yield* Stream.runForEachArray(store.names, (names) =>
      Effect.sync(() => names.forEach(hasher.add))
    )
    const snapshot: Snapshot = { walk, taken, names: hasher.finish() }
    // A walk that began earlier may lack names that a scan which began since must return.
    if ((kept?.deref()?.walk ?? 0) < walk) kept = new WeakRef(snapshot)
    return snapshot
  })

  /**
   * The kept snapshot, or a new one, for a cursor of this process: the kept one is at least as new as the one that the
   * cursor came from. For a cursor of another process it could be older.
   */
  const recent = Effect.gen(function* () {
    const snapshot = kept?.deref()
    const now = yield* Monotonic.now
    return snapshot !== undefined && now - snapshot.taken < freshness ? snapshot : yield* walk
  })

  return {
    page: (cursor, count) =>
      Effect.gen(function* () {
        const snapshot = yield* cursor % marks === mark ? recent : walk
        const { names, next } = yield* partOf(snapshot.names, Math.floor(cursor / marks), count)
        return { names, cursor: next === undefined ? 0 : next * marks + mark }
      })
  }
}
