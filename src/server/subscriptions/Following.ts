/**
 * The requests of a connection, and, once it follows something, changes between them: whichever comes first. A connection
 * that follows nothing takes no part in this. What it is told: Subscriber.
 */
import { type Cause, Effect, Exit, Fiber, type Pull } from "effect"
import type { ConnectionContext } from "../ConnectionContext.ts"

/** In place of requests: there are changes to be told. */
export const changesDue = Symbol("changes due")

/** The requests of one connection, which are read while changes are waited for and told. */
export class Following<A, E> {
  readonly #pull: Pull.Pull<A, E>
  readonly #context: ConnectionContext
  /** The next requests, read by a fiber of its own: what an interrupted one had read would be lost. */
  #reading: Fiber.Fiber<A, E | Cause.Done> | undefined
  /** Whether changes had their turn last: neither they nor requests may keep the other waiting. */
  #toldLast = false

  constructor(pull: Pull.Pull<A, E>, context: ConnectionContext) {
    this.#pull = pull
    this.#context = context
  }

  /** Whether the next requests are being read: then they must be taken from here. */
  get isReading(): boolean {
    return this.#reading !== undefined
  }

  /** The next requests, or that changes are due. Done at the end of input, which is told before further changes. */
  readonly next: Pull.Pull<A | typeof changesDue, E> = Effect.suspend(() => {
    const { server, subscriber } = this.#context
    const reading = this.#reading
    subscriber?.delivery.noteSent()
    if (reading === undefined) {
      return Effect.flatMap(Effect.forkChild(this.#pull, { startImmediately: true }), (fiber) => {
        this.#reading = fiber
        return this.next
      })
    }
    const hasNews = subscriber?.hasNews === true
    const exit = reading.pollUnsafe()
    if (exit !== undefined && (!hasNews || this.#toldLast || Exit.isFailure(exit))) {
      this.#reading = undefined
      this.#toldLast = false
      return exit
    }
    if (hasNews) {
      this.#toldLast = true
      return Effect.as(server.turns.next, changesDue)
    }
    const read = Fiber.await(reading)
    return Effect.andThen(
      subscriber === undefined ? read : Effect.raceFirst(read, subscriber.news),
      this.next
    )
  })
}
