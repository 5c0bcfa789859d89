/**
 * Replies of one server wait here for the end of the turn of the event loop in which they were made, as Redis has it
 * (networking.c, handleClientsWithPendingWrites): peers that can be read are read first, then they are answered, some at
 * a time. Who asks on many connections is so woken once for many answers; to wake it for each took a fifth of the
 * answering side's time, and files of 1 KiB were answered by a fifth more slowly. What is sent is not known here.
 */

/** Whoever has something to send. */
interface Sender {
  readonly flush: () => void
}

/** So many are made to wait; each holds `oneWrite` bytes at most. */
const mostWaiting = 64

/** Flush after 32 reads: clients that drip bytes are many, get no reply, and must not delay ready ones. */
const mostReads = 32

/** Those of one server who have something to send. */
export class PendingWrites {
  #waiting: Array<Sender> = []
  #reads = 0

  /** Has the sender flushed before the event loop waits again. */
  add(sender: Sender): void {
    if (this.#waiting.length === 0) {
      this.#reads = 0
      setImmediate(this.#flush)
    }
    if (this.#waiting.push(sender) >= mostWaiting) this.#flush()
  }

  /** Takes note that something was read, for which those who wait do not wait long. */
  noteRead(): void {
    if (this.#waiting.length > 0 && ++this.#reads >= mostReads) this.#flush()
  }

  readonly #flush = (): void => {
    const senders = this.#waiting
    this.#waiting = []
    for (const sender of senders) sender.flush()
  }
}
