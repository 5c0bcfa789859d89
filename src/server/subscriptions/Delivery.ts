/**
 * How far one follower of the changes has been told, and whether it takes what it is sent: one rule for connections that
 * subscribed and for streams of HTTP. Nothing is collected for a follower, so that what waits for it is what the log holds
 * behind its place. Cutting it off: ConnectionReaper.
 */
import type { ChangeId } from "../../domain/FileChange.ts"
import type { Router } from "../../Router.ts"

/** As much of the log may wait for one that takes nothing, in bytes as the log counts them. */
const mostWaiting = 8 * 1024 * 1024

/**
 * It does not take what it is sent where it is seen so often, once a second, with the same write: under load one of 64 KiB takes
 * a second. Bytes within a write are not looked at: at so few a second, 8 MiB more would take minutes.
 */
const mostLooks = 5

/** What one follower is told. */
export class Delivery {
  readonly #changes: Router["Service"]["changes"]
  /** The change that it was told last, which may still be on its way. */
  place: ChangeId
  /** The memory of what is being sent, in bytes, where the connection does not count it (net/Peer). */
  held = 0
  /** Whether it was found to be behind: nothing more is told. */
  isOver = false
  #isSending = false
  /** How often it was seen with what is being sent. */
  #looks = 0

  /** Of a follower that was told everything up to a place; up to the newest change unless given. */
  constructor(changes: Router["Service"]["changes"], place: ChangeId = changes.last()) {
    this.#changes = changes
    this.place = place
  }

  /** Something is being sent. */
  noteSending(held = 0): void {
    this.#isSending = true
    this.held = held
  }

  /** What was being sent was taken. */
  noteSent(): void {
    this.#isSending = false
    this.#looks = 0
    this.held = 0
  }

  /** Asked once a second: whether it takes nothing of what is being sent, and too much waits behind that. */
  isBehind(): boolean {
    this.#looks = this.#isSending ? this.#looks + 1 : 0
    this.isOver ||=
      this.#looks >= mostLooks
      && this.#waitsBehind < this.#changes.placeBefore(mostWaiting).sequence
    return this.isOver
  }

  /** The sequence behind which everything waits for it: one that comes from another epoch is told all that the log holds. */
  get #waitsBehind(): number {
    const { epoch, sequence } = this.place
    return epoch === this.#changes.epoch ? sequence : this.#changes.begin().sequence
  }
}
