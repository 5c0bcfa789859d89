/** The state file that a run leaves, made of the one that it found and of what it did. */
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import type { Added } from "../Additions.ts"
import type { PlacedEntry } from "../Entries.ts"
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

const lines = function* ({ added, entries, file, settled }: Contents): Generator<Uint8Array> {
  const count = settled.reduce((sum, one) => sum + one, 0) + entries.size + added.count()
  yield encoder.encode(State.encodeHeader(count))
  let row = 0
  /** The settled rows before `end`, in runs. */
  const keepTo = function* (end: number) {
    while (row < end) {
      const from = row
      while (row < end && settled[row] === 1) row += 1
      if (row > from) yield file.linesOf(from, row)
      while (row < end && settled[row] !== 1) row += 1
    }
  }
  const sorted = [...entries].sort(([one], [other]) => FileName.byBytes(one, other))
  for (const [name, entry] of merge(sorted, added.entries())) {
    yield* keepTo(file.find(ByteString.fromText(name)))
    yield encoder.encode(State.encodeLine(name, entry))
  }
  yield* keepTo(file.count)
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
export const encode = (contents: Contents): Iterable<Uint8Array> => inBlocks(lines(contents))
