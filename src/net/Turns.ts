/**
 * Round-robin scheduling of connections with more work than one quantum: each waits in a queue, and in each turn of the
 * event loop the first of the queue goes on. A connection with little work is read and answered in between, and waits
 * for one quantum of another's work at most. What a quantum is: server/ReplyBatch.
 */
import { Effect } from "effect"

/** Waits at the end of a list until somebody calls what is in it then; `onWait` is told that there is one more. */
const waitIn = (waiting: Array<() => void>, onWait: () => void): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const go = (): void => resume(Effect.void)
    waiting.push(go)
    onWait()
    return Effect.sync(() => {
      const index = waiting.indexOf(go)
      if (index !== -1) waiting.splice(index, 1)
    })
  })

/** The connections of one server that wait for their turn. */
export class Turns {
  readonly #waiting: Array<() => void> = []
  /** Whether a turn is scheduled: at most one is, so that one connection goes on in each turn of the event loop. */
  #isDue = false

  /** Waits until the others in the queue had their turn. */
  readonly next: Effect.Effect<void> = waitIn(this.#waiting, () => this.#schedule())

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

/**
 * A quota that all connections of one server share: lets a few go in each turn of the event loop, whoever they are, in the
 * order in which they came. Of thousands who could all go on at once, all would be one turn. What goes: server/ReplyWriter.
 */
export class TurnQuota {
  readonly #most: number
  #left: number
  readonly #waiting: Array<() => void> = []
  /** Whether the end of this turn is waited for. */
  #isDue = false

  /** Lets `most` go in each turn. */
  constructor(most: number) {
    this.#most = most
    this.#left = most
  }

  /** Waits until there is room in a turn: not at all where there is in this one. */
  readonly next: Effect.Effect<void> = Effect.suspend(() =>
    this.#left > 0 && this.#waiting.length === 0 ? this.#go() : this.#wait
  )

  #go(): Effect.Effect<void> {
    this.#left -= 1
    this.#schedule()
    return Effect.void
  }

  readonly #wait: Effect.Effect<void> = waitIn(this.#waiting, () => this.#schedule())

  #schedule(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(this.#turned)
  }

  readonly #turned = (): void => {
    this.#isDue = false
    const going = this.#waiting.splice(0, this.#most)
    this.#left = this.#most - going.length
    if (going.length > 0) this.#schedule()
    for (const go of going) go()
  }
}
