/**
 * Where everything in an archive is, before any of it is read: so its length is known, and it can be begun anywhere.
 * Pure: sizes in, offsets out.
 */
import { blockSize, headerSize, roundUp, type TarFile } from "./TarHeader.ts"

/** Two blocks of zeros end an archive. */
const endSize = 2 * blockSize

/** An archive of these files, in this order. */
export interface TarLayout<File extends TarFile> {
  readonly files: ReadonlyArray<File>
  /** In bytes. */
  readonly size: number
  /** Where the header of the file of this index begins; of the index after the last, where the end begins. */
  readonly start: (index: number) => number
  /** Where the bytes of the file of this index begin. */
  readonly content: (index: number) => number
  /** The index of the file that an offset lies in, its header and its padding included; behind the last in the end. */
  readonly fileAt: (offset: number) => number
}

/** A layout that is made file by file, for a million at once would take half a second. */
export interface TarLayoutBuilder<File extends TarFile> {
  /** Puts a file behind the others. */
  readonly add: (file: File) => void
  /** The layout of the files so far; none may follow. */
  readonly finish: () => TarLayout<File>
}

/** A layout without files. */
export const makeTarLayout = <File extends TarFile>(): TarLayoutBuilder<File> => {
  const files: Array<File> = []
  const starts: Array<number> = []
  const contents: Array<number> = []
  let position = 0
  const start = (index: number): number => starts[index] ?? position
  return {
    add: (file) => {
      files.push(file)
      starts.push(position)
      position += headerSize(file)
      contents.push(position)
      position += roundUp(file.size)
    },
    finish: () => ({
      files,
      size: position + endSize,
      start,
      content: (index) => contents[index] ?? position,
      fileAt: (offset) => {
        let low = 0
        let high = files.length
        while (low < high) {
          const middle = (low + high + 1) >>> 1
          if (start(middle) <= offset) low = middle
          else high = middle - 1
        }
        return low
      }
    })
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
export const largestSmall = 256 * 1024

/** About how much goes together, in bytes and in files, of which each takes up to 50 µs to open and to read. */
const mostTogether = 256 * 1024
const mostFilesTogether = 64

/** The segments of the bytes from `from` to before `to`, in order. */
export const segments = function* (
  { content, fileAt, files, size, start }: TarLayout<TarFile>,
  from: number,
  to: number
): Generator<Segment> {
  const end = Math.min(to, size)
  let position = from
  let count = 0
  for (let index = fileAt(from); index < files.length && position < end; index++) {
    const length = files[index]?.size ?? 0
    const isLarge = length > largestSmall
    const bytes = content(index)
    // What stands before a large file's bytes goes with the small files before it.
    const next = isLarge ? bytes : start(index + 1)
    count += 1
    if (isLarge || count === mostFilesTogether || next - position > mostTogether) {
      count = 0
      if (Math.min(next, end) > position) {
        yield { kind: "small", start: position, end: Math.min(next, end) }
      }
      position = Math.max(position, next)
    }
    if (isLarge && position < end && position < bytes + length) {
      yield { kind: "large", index, start: position, end: Math.min(bytes + length, end) }
      position = bytes + length
    }
  }
  if (position < end) yield { kind: "small", start: position, end }
}
