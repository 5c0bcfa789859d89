/**
 * Compares a listing of a bucket, as its pages come, with the one before: both are sorted, so one pass over them finds
 * what was created, changed and deleted. Pure but for the memory it holds, which is bounded; who lists: BucketChanges.
 */
import { type ChangedFile, FileChange } from "../../../../domain/FileChange.ts"
import { byBytes, type FileName } from "../../../../domain/FileName.ts"
import { createHash } from "node:crypto"
import {
  type Block,
  heldBy,
  type KnownFile,
  type Snapshot,
  SnapshotWriter,
  unpacked
} from "./Snapshot.ts"

/** How many changes are collected, at most, some 20 MB; more are told as `Rescan`. */
const mostChanges = 65_536

/** How many files of the listing before are passed in one turn of the event loop, in 2 ms. */
const mostPassed = 1000

/** What a whole listing tells. */
export interface Compared {
  readonly snapshot: Snapshot
  /** What is different from the listing before, in order; `Rescan` where it is too much to be told, or cannot be known. */
  readonly changes: ReadonlyArray<FileChange>
}

/** The files of blocks, one after the other. */
class Reader {
  readonly #blocks: ReadonlyArray<Block>
  readonly #onEnd: (block: Block) => void
  #index = -1
  #files: ReadonlyArray<KnownFile> = []
  #next = 0

  /** Calls `onEnd` for each block when its last file was passed. */
  constructor(blocks: ReadonlyArray<Block>, onEnd: (block: Block) => void) {
    this.#blocks = blocks
    this.#onEnd = onEnd
    this.#open()
  }

  /** The file at which it stands; `undefined` behind the last. */
  get current(): KnownFile | undefined {
    return this.#files[this.#next]
  }

  /** Passes it. */
  advance(): void {
    this.#next += 1
    if (this.#next < this.#files.length) return
    const block = this.#blocks[this.#index]
    if (block !== undefined) this.#onEnd(block)
    this.#open()
  }

  #open(): void {
    this.#index += 1
    this.#next = 0
    const block = this.#blocks[this.#index]
    this.#files = block === undefined ? [] : unpacked(block)
  }
}

/** A listing that is compared with the one before. */
export class Comparison {
  #before: Snapshot | undefined
  readonly #capacity: number
  readonly #held: number
  readonly #writer: SnapshotWriter
  readonly #digest = createHash("sha256")
  #changes: Array<FileChange> = []
  /** `undefined` where there is nothing to compare with, or more has changed than is told. */
  #reader: Reader | undefined

  /**
   * Begins a listing; the first has none before. What is held of both together is at most `capacity` bytes, besides the
   * changes and a page.
   */
  constructor(before: Snapshot | undefined, capacity: number) {
    const blocks = before?.blocks
    this.#before = before
    this.#capacity = capacity
    this.#held = heldBy(blocks ?? [])
    this.#writer = new SnapshotWriter(capacity, blocks !== undefined)
    this.#reader = blocks && new Reader(blocks, (block) => this.#writer.endOf(block))
  }

  /** What the next listing is to be compared with where this one is not completed. */
  get before(): Snapshot | undefined {
    return this.#before
  }

  /** Takes the next files of the listing, behind all others, a few milliseconds of work at a time. */
  *take(files: ReadonlyArray<ChangedFile>): Generator<void> {
    for (const file of files) {
      const { name, version } = file
      this.#digest.update(`${name}\0${version}\0`)
      if (this.#gone(name) !== undefined) yield* this.#passUntil(name)
      const known = this.#reader?.current
      if (known?.name !== name) {
        this.#tell(FileChange.Created(file))
        this.#writer.add({ name, version }, false)
        continue
      }
      if (known.version !== version) this.#tell(FileChange.Changed(file))
      this.#writer.add({ name, version }, known.version === version)
      this.#reader?.advance()
    }
  }

  /** The listing is complete: takes what it does not have, as `take` does, and returns what is different. */
  *finish(): Generator<void, Compared> {
    yield* this.#passUntil()
    const snapshot = { blocks: this.#writer.finish(), digest: this.#digest.digest("hex") }
    const isSame = this.#before === undefined || this.#before.digest === snapshot.digest
    const changes = this.#reader !== undefined ? this.#changes : isSame ? [] : [FileChange.Rescan()]
    return { snapshot, changes }
  }

  /** The file of the listing before that is not there any more, because this name comes next, or none. */
  #gone(next: FileName | undefined): KnownFile | undefined {
    const known = this.#reader?.current
    return known === undefined || next === undefined || byBytes(known.name, next) < 0
      ? known
      : undefined
  }

  /** Passes files that are not there any more. */
  *#passUntil(next?: FileName): Generator<void> {
    let passed = 0
    for (let file = this.#gone(next); file !== undefined; file = this.#gone(next)) {
      this.#tell(FileChange.Deleted({ name: file.name }))
      this.#writer.skip()
      this.#reader?.advance()
      if (++passed % mostPassed === 0) yield
    }
  }

  #tell(change: FileChange): void {
    if (this.#reader === undefined) return
    this.#changes.push(change)
    if (this.#changes.length > mostChanges || this.#held + this.#writer.added > this.#capacity)
      this.#giveUp()
  }

  /** What was held of the listing before, and of what has changed, is released. */
  #giveUp(): void {
    if (this.#before !== undefined) this.#before = { ...this.#before, blocks: undefined }
    this.#reader = undefined
    this.#changes = []
    this.#writer.forget()
  }
}
