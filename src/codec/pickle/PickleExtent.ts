/**
 * How far one pickle was read, and whether that is too far: it has a largest size, byte strings not counted, and may have
 * frames, within which its opcodes end (PEP 3154).
 */
import type { Problem } from "./PickleMachine.ts"

/** The extent of the pickle that is being read. */
export class PickleExtent {
  readonly #largest: number
  /** How many bytes were read, and how many of them were those of byte strings. */
  #read = 0
  #passed = 0
  /** Where the current frame ends. */
  #frameEnd: number | undefined

  constructor(largest: number) {
    this.#largest = largest
  }

  /** How many bytes of it were read. */
  get read(): number {
    return this.#read
  }

  /** Counts bytes that were read. */
  add(count: number): void {
    this.#read += count
  }

  /** Counts bytes of a byte string. */
  addPassed(count: number): void {
    this.#read += count
    this.#passed += count
  }

  /** Whether it is too large, or would be with so many bytes more. */
  isTooLarge(more = 0): boolean {
    return this.#read - this.#passed + more > this.#largest
  }

  /** Begins a frame of this size behind what was read. */
  beginFrame(size: number): Problem | undefined {
    if (this.#frameEnd !== undefined) return "a frame within a frame"
    this.#frameEnd = this.#read + size
    return undefined
  }

  /** Ends the frame if the opcode that was read, of which so many bytes are still to come, is the last in it. */
  endFrame(missing: number): Problem | undefined {
    if (this.#frameEnd === undefined || this.#read + missing < this.#frameEnd) return undefined
    if (this.#read + missing > this.#frameEnd) return "an opcode across the end of its frame"
    this.#frameEnd = undefined
    return undefined
  }

  /** Begins the next pickle, unless this one ends within a frame. */
  finish(): Problem | undefined {
    if (this.#frameEnd !== undefined && this.#frameEnd !== this.#read)
      return "the end within a frame"
    this.#read = 0
    this.#passed = 0
    this.#frameEnd = undefined
    return undefined
  }
}
