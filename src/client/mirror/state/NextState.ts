/** The state file that a run leaves, made of the one that it found and of what it did. */
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
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

const lines = function* (
  file: StateFile,
  settled: Uint8Array,
  entries: ReadonlyMap<FileName.FileName, PlacedEntry>
): Generator<Uint8Array> {
  const kept = settled.reduce((sum, one) => sum + one, 0)
  yield encoder.encode(State.encodeHeader(kept + entries.size))
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
  for (const [name, entry] of [...entries].sort(([one], [other]) => FileName.byBytes(one, other))) {
    yield* keepTo(file.find(ByteString.fromText(name)))
    yield encoder.encode(State.encodeLine(name, entry))
  }
  yield* keepTo(file.count)
}

/**
 * The bytes of the next state file: those rows of `file` that are `settled` as they are, and `entries`, of which none is
 * such a row.
 */
export const encode = (
  file: StateFile,
  settled: Uint8Array,
  entries: ReadonlyMap<FileName.FileName, PlacedEntry>
): Iterable<Uint8Array> => inBlocks(lines(file, settled, entries))
