/**
 * The names and versions of a bucket's files as they were listed last, packed: 25 bytes a file of 40 characters and an
 * ETag, where its texts alone are 70. What is done with it: Comparison.
 */
import { type FileName, fromText } from "../../../../domain/FileName.ts"
import { deflateRawSync, inflateRawSync } from "node:zlib"

/** A file as it was listed. */
export interface KnownFile {
  readonly name: FileName
  /** The token of FileStore's `FileDetails`. */
  readonly version: string
}

/** Some files, in order, packed. */
export interface Block {
  readonly bytes: Uint8Array
  readonly count: number
}

/** The files of a bucket at one listing. */
export interface Snapshot {
  /** All files, in order; `undefined` where they take more memory than they may. */
  readonly blocks: ReadonlyArray<Block> | undefined
  /** A digest of all names and versions. */
  readonly digest: string
}

/** How many files are packed together: as many as S3 lists in one answer. Packing them takes 0.8 ms, unpacking 0.3 ms. */
const blockSize = 1000

/** What a block takes besides its bytes: two objects and a buffer of its own (Node 26.10). */
const blockOverhead = 250

/** What the blocks take, in bytes. */
export const heldBy = (blocks: ReadonlyArray<Block>): number =>
  blocks.reduce((sum, { bytes }) => sum + blockOverhead + bytes.length, 0)

/** Ends a text in a block. No name has it, and a version that has it is told from others without it. */
const end = "\0"

const packed = (files: ReadonlyArray<KnownFile>): Block => {
  // All names and then all versions: names that look alike are packed better side by side.
  const texts = [
    ...files.map(({ name }) => name),
    ...files.map(({ version }) => version.replaceAll(end, ""))
  ]
  // A copy, for what zlib returns may lie in a larger buffer.
  const bytes = new Uint8Array(deflateRawSync(texts.join(end), { level: 1 }))
  return { bytes, count: files.length }
}

/** The files of a block. */
export const unpacked = ({ bytes, count }: Block): ReadonlyArray<KnownFile> => {
  const texts = inflateRawSync(bytes).toString("utf8").split(end)
  return texts.slice(0, count).flatMap((text, index) => {
    const name = fromText(text)
    return name === undefined ? [] : [{ name, version: texts[count + index] ?? "" }]
  })
}

/** Packs the files of a listing that comes in order, and shares the blocks of the last one in which nothing changed. */
export class SnapshotWriter {
  readonly #capacity: number
  #blocks: Array<Block> | undefined = []
  /** Files that are in no block yet. */
  #open: Array<KnownFile> = []
  /** Whether `#open` is something else than the beginning of the last listing's next block. */
  #differs = true
  #held = 0
  #added = 0

  /** Holds at most `capacity` bytes, and nothing once that is too little. `continues`: what is written follows a block. */
  constructor(capacity: number, continues: boolean) {
    this.#capacity = capacity
    this.#differs = !continues
  }

  /** What its own blocks take, which are not shared with the last listing, in bytes. */
  get added(): number {
    return this.#added
  }

  /** The next file; `isSame` where it is the next of the last listing's block. */
  add(file: KnownFile, isSame: boolean): void {
    if (this.#blocks === undefined) return
    this.#open.push(file)
    this.#differs ||= !isSame
    if (this.#differs && this.#open.length >= blockSize) this.#pack()
  }

  /** A file of the last listing's block is not there any more. */
  skip(): void {
    this.#differs = true
  }

  /** All files of this block of the last listing were added or skipped. */
  endOf(block: Block): void {
    if (!this.#differs) {
      this.#open = []
      this.#keep(block)
    } else if (this.#open.length === 0 || this.#open.length >= blockSize / 2) {
      // Fewer go on into the next block, so that no number of deletions makes blocks small and many.
      this.#pack()
      this.#differs = false
    }
  }

  /** There is no last listing to compare with any more. */
  forget(): void {
    this.#differs = true
  }

  /** All blocks, or `undefined` where there are too many. Nothing can be added after. */
  finish(): ReadonlyArray<Block> | undefined {
    this.#pack()
    return this.#blocks
  }

  #pack(): void {
    if (this.#open.length === 0) return
    const block = packed(this.#open)
    this.#open = []
    this.#added += heldBy([block])
    this.#keep(block)
  }

  #keep(block: Block): void {
    this.#held += heldBy([block])
    this.#blocks?.push(block)
    if (this.#held > this.#capacity) this.#blocks = undefined
  }
}
