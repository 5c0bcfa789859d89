/**
 * Round-robin scheduling of connections with more work than one quantum: each waits in a queue, and in each turn of the
 * event loop the first of the queue goes on. A connection with little work is read and answered in between, and waits
 * for one quantum of another's work at most. What a quantum is: server/ReplyBatch.
 */
import { Effect } from "effect"

/** The connections of one server that wait for their turn. */
export class Turns {
  #waiting: Array<() => void> = []
  /** Whether a turn is scheduled: at most one is, so that one connection goes on in each turn of the event loop. */
  #isDue = false

  /** Waits until the others in the queue had their turn. */
  readonly next: Effect.Effect<void> = Effect.callback<void>((resume) => {
    const go = (): void => resume(Effect.void)
    this.#waiting.push(go)
    this.#schedule()
    return Effect.sync(() => {
      const index = this.#waiting.indexOf(go)
      if (index !== -1) this.#waiting.splice(index, 1)
    })
  })

  #schedule(): void {
    if (this.#isDue || this.#waiting.length === 0) return
    this.#isDue = true
    setImmediate(this.#goOn)
  }

  readonly #goOn = (): void => {
    this.#isDue = false
    this.#waiting.shift()?.()
    this.#schedule()
  }
}
