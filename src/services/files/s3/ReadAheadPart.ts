/** A part of a range that is read ahead: its bytes as they come, and how many of them were emitted. */
import { Effect, type Fiber } from "effect"

/** The longest chunk that is emitted, in bytes; for a folder's files, longer ones gained nothing. */
const chunkSize = 512 * 1024

/** A part that is being fetched into `buffer`, or was. */
export class Part<E> {
  readonly buffer: Uint8Array
  /** How many bytes of the common memory it takes. */
  readonly cost: number
  /** How many of its bytes have come, and how many were emitted. */
  #come = 0
  #sent = 0
  #fiber: Fiber.Fiber<void, E> | undefined
  /** Called when more bytes have come, or the fetch ended. */
  #wake: (() => void) | undefined

  constructor(buffer: Uint8Array, cost: number) {
    this.buffer = buffer
    this.cost = cost
  }

  /** Adds bytes that have come. */
  add(chunk: Uint8Array): void {
    this.buffer.set(chunk, this.#come)
    this.#come += chunk.length
    this.#wake?.()
  }

  /** Says which fiber fetches it. */
  isFetchedBy(fiber: Fiber.Fiber<void, E>): void {
    this.#fiber = fiber
    fiber.addObserver(() => this.#wake?.())
  }

  /** Whether all of it was emitted. */
  get isSent(): boolean {
    return this.#sent === this.buffer.length
  }

  /** The bytes to be emitted next; `undefined` where none have come. */
  next(): Uint8Array | undefined {
    if (this.#come === this.#sent) return undefined
    const chunk = this.buffer.subarray(this.#sent, Math.min(this.#come, this.#sent + chunkSize))
    this.#sent += chunk.length
    return chunk
  }

  /** Waits until more bytes have come; fails as the fetch fails. */
  more(): Effect.Effect<void, E> {
    const exit = this.#fiber?.pollUnsafe()
    if (exit !== undefined) return exit
    return Effect.callback<void>((resume) => {
      this.#wake = () => {
        this.#wake = undefined
        resume(Effect.void)
      }
    })
  }
}
