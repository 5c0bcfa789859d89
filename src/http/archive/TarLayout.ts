/**
 * Where everything in an archive is, before any of it is read: so its length is known, and it can be begun anywhere.
 * Pure: sizes in, offsets out.
 */
import { blockSize, roundUp } from "./TarHeader.ts"

/** Two blocks of zeros end an archive. */
const endSize = 2 * blockSize

/** The files of an archive, each at an index from 0 on, as their layout needs them. */
export interface SizedFiles {
  readonly length: number
  /** The size of the file at this index, in bytes; 0 where there is none. */
  readonly size: (index: number) => number
  /** The size of all that stands before its bytes (TarHeader), in bytes. */
  readonly header: (index: number) => number
}

/** An archive of some files, in their order. */
export interface TarLayout {
  /** How many files there are. */
  readonly count: number
  /** In bytes. */
  readonly size: number
  /** Where the header of the file of this index begins; of the index after the last, where the end begins. */
  readonly start: (index: number) => number
  /** Where the bytes of the file of this index begin. */
  readonly content: (index: number) => number
  /** How many bytes the file of this index has. */
  readonly length: (index: number) => number
  /** The index of the file that an offset lies in, its header and its padding included; behind the last in the end. */
  readonly fileAt: (offset: number) => number
}

/** Files that are laid out between two yields: less than a millisecond. */
const atOnce = 8192

/** Lays out these files. Yields while there are more, for a million at once would take tens of milliseconds. */
export const makeTarLayout = function* (files: SizedFiles): Generator<void, TarLayout> {
  const count = files.length
  const starts = new Float64Array(count)
  let position = 0
  for (let index = 0; index < count; index++) {
    starts[index] = position
    position += files.header(index) + roundUp(files.size(index))
    if ((index + 1) % atOnce === 0) yield
  }
  const start = (index: number): number => starts[index] ?? position
  return {
    count,
    size: position + endSize,
    start,
    content: (index) => start(index) + files.header(index),
    length: files.size,
    fileAt: (offset) => {
      let low = 0
      let high = count
      while (low < high) {
        const middle = (low + high + 1) >>> 1
        if (start(middle) <= offset) low = middle
        else high = middle - 1
      }
      return low
    }
  }
}

/** A part of an archive that is sent as one: files that are small together, or a part of a large one's bytes. */
export type Segment =
  | { readonly kind: "small"; readonly start: number; readonly end: number }
  | LargeSegment

/** A part of a large file's bytes. */
export interface LargeSegment {
  readonly kind: "large"
  readonly index: number
  readonly start: number
  readonly end: number
}

/** Files up to this size go together, in bytes; larger ones are sent as the store reads them. */
const largestSmall = 256 * 1024

/** About how much goes together, in bytes and in files, of which each takes up to 50 µs to open and to read. */
const mostTogether = 256 * 1024
const mostFilesTogether = 64

/** The segments of the bytes from `from` to before `to`, in order. */
export const segments = function* (
  { content, count, fileAt, length, size, start }: TarLayout,
  from: number,
  to: number
): Generator<Segment> {
  const end = Math.min(to, size)
  let position = from
  let together = 0
  for (let index = fileAt(from); index < count && position < end; index++) {
    const bytes = length(index)
    const isLarge = bytes > largestSmall
    const begin = content(index)
    // What stands before a large file's bytes goes with the small files before it.
    const next = isLarge ? begin : start(index + 1)
    together += 1
    if (isLarge || together === mostFilesTogether || next - position > mostTogether) {
      together = 0
      if (Math.min(next, end) > position) {
        yield { kind: "small", start: position, end: Math.min(next, end) }
      }
      position = Math.max(position, next)
    }
    if (isLarge && position < end && position < begin + bytes) {
      yield { kind: "large", index, start: position, end: Math.min(begin + bytes, end) }
      position = begin + bytes
    }
  }
  if (position < end) yield { kind: "small", start: position, end }
}
