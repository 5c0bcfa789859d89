/**
 * Whose turn it is, where a connection has more to do than one may at a time: each waits for a later turn of the event
 * loop, and in each turn one of those who wait goes on, in the order in which they came. So whoever asks a little is
 * read and answered in between, and waits for one quantum of somebody else's, not for all that was asked at once.
 */
import { Effect } from "effect"

/** Those of one server who wait for their turn. */
export class Turns {
  #waiting: Array<() => void> = []
  /** Whether somebody goes on in the next turn: a second one at a time would take turns of its own, and so would its like. */
  #isDue = false

  /** Waits until others had their turn. */
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
