/** The state file that a run leaves, made of the one that it found and of what it did. */
import { Effect } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import { type Hash, Hashing } from "../../files/Hashing.ts"
import type { Added } from "../Additions.ts"
import type { PlacedEntry } from "../Entries.ts"
import { MirrorFolder } from "../MirrorFolder.ts"
import * as State from "./State.ts"
import type { StateFile } from "./StateFile.ts"

const encoder = new TextEncoder()

/** How many bytes are written at a time, at least. */
const blockSize = 64 * 1024

/** Gathers small pieces into blocks. */
const inBlocks = function* (pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let block = new Uint8Array(2 * blockSize)
  let used = 0
  for (const piece of pieces) {
    if (used + piece.length > block.length) {
      yield block.subarray(0, used)
      block = new Uint8Array(2 * blockSize)
      used = 0
    }
    if (piece.length > block.length) yield piece
    else {
      block.set(piece, used)
      used += piece.length
    }
  }
  yield block.subarray(0, used)
}

type Entry = readonly [FileName.FileName, PlacedEntry]

/** The entries of both, each sorted by name and none in the other, in one order. */
const merge = function* (ones: Iterable<Entry>, others: Iterable<Entry>): Generator<Entry> {
  const rest = others[Symbol.iterator]()
  let other = rest.next()
  for (const one of ones) {
    for (; other.done !== true && FileName.byBytes(other.value[0], one[0]) < 0; other = rest.next())
      yield other.value
    yield one
  }
  for (; other.done !== true; other = rest.next()) yield other.value
}

/** Makes the digests of pages, of what a list with details says of the files, which are given in order. */
const makePages = (file: StateFile, createHash: () => Hash) => {
  const digests: Array<string> = []
  let hash = createHash()
  let text = ""
  let count = 0

  const take = (bytes: Uint8Array) => {
    if (text !== "") hash.update(encoder.encode(text))
    text = ""
    hash.update(bytes)
  }
  const finish = () => {
    take(new Uint8Array())
    digests.push(hash.digest())
    hash = createHash()
    count = 0
  }

  return {
    add: (listed: string): void => {
      text += listed
      count += 1
      if (count === State.pageSize) finish()
    },
    /** Adds rows of the file that follow each other; a page that stays whole where it is has the digest that it had. */
    addRows: (from: number, to: number): void => {
      for (let row = from; row < to;) {
        const end = Math.min(to, row + State.pageSize - count)
        const known = row % State.pageSize === 0 ? file.pages[row / State.pageSize] : undefined
        if (end - row === State.pageSize && known !== undefined) digests.push(known)
        else {
          take(file.listed(Array.from({ length: end - row }, (_, index) => row + index)))
          count += end - row
          if (count === State.pageSize) finish()
        }
        row = end
      }
    },
    digests: (): ReadonlyArray<string> => {
      if (count > 0) finish()
      return digests
    }
  }
}

const lines = function* (
  { added, entries, file, settled }: Contents,
  createHash: () => Hash
): Generator<Uint8Array> {
  const count = settled.reduce((sum, one) => sum + one, 0) + entries.size + added.count()
  yield encoder.encode(State.encodeHeader(count))
  const pages = makePages(file, createHash)
  let row = 0
  /** The settled rows before `end`, in runs. */
  const keepTo = function* (end: number) {
    while (row < end) {
      const from = row
      while (row < end && settled[row] === 1) row += 1
      if (row > from) {
        pages.addRows(from, row)
        yield file.linesOf(from, row)
      }
      while (row < end && settled[row] !== 1) row += 1
    }
  }
  const sorted = [...entries].sort(([one], [other]) => FileName.byBytes(one, other))
  for (const [name, entry] of merge(sorted, added.entries())) {
    yield* keepTo(file.find(ByteString.fromText(name)))
    pages.add(State.encodeListed(name, entry))
    yield encoder.encode(State.encodeLine(name, entry))
  }
  yield* keepTo(file.count)
  yield encoder.encode(State.encodePages(pages.digests()))
}

/** What the next state file is made of; no name is in two of these. */
export interface Contents {
  readonly file: StateFile
  /** A byte for each row of `file`: 1 where it stays as it is, else 0. */
  readonly settled: Uint8Array
  readonly entries: ReadonlyMap<FileName.FileName, PlacedEntry>
  /** More entries. */
  readonly added: Pick<Added, "count" | "entries">
}

/** The bytes of the next state file. */
export const encode = (contents: Contents, createHash: () => Hash): Iterable<Uint8Array> =>
  inBlocks(lines(contents, createHash))

/** Writes the next state file. */
export const write = Effect.fnUntraced(function* (contents: Contents) {
  const { createHash } = yield* Hashing
  yield* (yield* MirrorFolder).writeState(encode(contents, createHash))
})
