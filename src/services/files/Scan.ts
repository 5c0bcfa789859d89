/**
 * Walks the names a handful at a time, as SCAN asks for them, and remembers nothing of who asked. Names stand in the
 * order of a hash of theirs, and the cursor is the hash to go on from: whatever comes and goes meanwhile, every file
 * that is there from the first call to the last is returned, and once. A scan may go on in another process, for a
 * client has many connections, and those are dealt out. Patterns and replies are not known here.
 */
import { Effect, Random, Stream } from "effect"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { StoreUnavailable } from "../../domain/Errors.ts"
import { byBytes, type FileName } from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { FileStore } from "./FileStore.ts"

/** A cursor has 53 bits, which clients in JavaScript hold exactly: 40 of a hash, then those of a process's mark. */
const markBits = 13
const marks = 2 ** markBits

/** A mark, for one process to tell its own cursors from those of others. */
export const anyMark: Effect.Effect<number> = Random.nextIntBetween(1, marks)

/**
 * 40 bits of a hash over the UTF-8 bytes of a name. Two multiplicative halves, mixed at the end (bryc, cyrb53, public
 * domain); spread is all that is asked of it.
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

/** Names are kept apart by the first bits of their hash and sorted only when they are asked for, so that no call sorts a million. */
const shelves = 4096
const shelfOf = (hash: number): number => Math.floor(hash / 2 ** (40 - 12))

/** The names of one walk. */
interface Snapshot {
  /** Walks are counted as they begin. */
  readonly walk: number
  /** By Monotonic. */
  readonly taken: number
  readonly shelves: ReadonlyMap<number, ReadonlyArray<FileName>>
}

/** How long the names of one walk may serve the calls of a scan, in milliseconds. A new scan walks anew. */
const freshness = 5000

/** A part of the names. */
export interface Page {
  readonly names: ReadonlyArray<FileName>
  /** Where to go on; 0 where there is no more. */
  readonly cursor: number
}

/** Names, and the hash to go on from where there are more. */
interface Part {
  readonly names: ReadonlyArray<FileName>
  readonly next?: number
}

/** Scans of one store. */
export interface Scan {
  /** About `count` names from `cursor` on: more only where names share a hash. */
  readonly page: (cursor: number, count: number) => Effect.Effect<Page, StoreUnavailable>
}

interface Hashed {
  readonly name: FileName
  readonly hash: number
}

const byHash = (self: Hashed, that: Hashed): number =>
  self.hash - that.hash || byBytes(self.name, that.name)

const partOf = (snapshot: Snapshot, hashOf: typeof hash, from: number, count: number): Part => {
  const names: Array<FileName> = []
  let last = -1
  for (let shelf = shelfOf(from); shelf < shelves; shelf++) {
    const found = snapshot.shelves.get(shelf)
    if (found === undefined) continue
    const hashed = found.map((name) => ({ name, hash: hashOf(name) })).sort(byHash)
    for (const { hash, name } of hashed) {
      if (hash < from) continue
      // Names that share a hash stay together, for the next call can begin only at a hash.
      if (names.length >= count && hash !== last) return { names, next: hash }
      names.push(name)
      last = hash
    }
  }
  return { names }
}

/** Scans of `store` by the process that has this mark, in the order of `hashOf`. */
export const makeScan = (store: FileStore["Service"], mark: number, hashOf = hash): Scan => {
  let walks = 0
  // Held weakly: nobody tells when a scan is over, and a million names are worth having back.
  let kept: WeakRef<Snapshot> | undefined

  const walk = Effect.gen(function* () {
    walks += 1
    const walk = walks
    const taken = yield* Monotonic.now
    const shelves = new Map<number, Array<FileName>>()
    yield* Stream.runForEachArray(store.names, (names) =>
      Effect.sync(() => {
        for (const name of names) {
          const shelf = shelfOf(hashOf(name))
          const found = shelves.get(shelf)
          if (found === undefined) shelves.set(shelf, [name])
          else found.push(name)
        }
      })
    )
    const snapshot: Snapshot = { walk, taken, shelves }
    // A walk that began earlier and took longer may lack what a scan that has begun since must return.
    if ((kept?.deref()?.walk ?? 0) < walk) kept = new WeakRef(snapshot)
    return snapshot
  })

  /**
   * For a call whose cursor is of this process: the names it had then were no older than the scan, and names here only
   * grow newer. Those that another process has walked may be newer than these.
   */
  const recent = Effect.gen(function* () {
    const snapshot = kept?.deref()
    const now = yield* Monotonic.now
    return snapshot !== undefined && now - snapshot.taken < freshness ? snapshot : yield* walk
  })

  return {
    page: (cursor, count) =>
      Effect.map(cursor % marks === mark ? recent : walk, (snapshot) => {
        const { names, next } = partOf(snapshot, hashOf, Math.floor(cursor / marks), count)
        return { names, cursor: next === undefined ? 0 : next * marks + mark }
      })
  }
}
