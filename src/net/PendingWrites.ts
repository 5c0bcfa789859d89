/**
 * The connections of one server that have replies to write at the end of this turn of the event loop, as in Redis
 * (networking.c, handleClientsWithPendingWrites): first all readable sockets are read, then all replies are written. A
 * client with many connections is then woken once for many replies; waking it for each took a fifth of the server's
 * time, and files of 1 KiB were sent a fifth more slowly.
 */

/** A connection with something to write. */
interface Sender {
  readonly flush: () => void
}

/** With this many waiting, all are flushed. Each holds `bufferSize` bytes at most. */
const mostWaiting = 64

/** With this many reads since the first began to wait, all are flushed: clients that drip bytes must not delay others. */
const mostReads = 32

/** The connections of one server that wait to be flushed. */
export class PendingWrites {
  #waiting: Array<Sender> = []
  #reads = 0

  /** Flushes the sender before the event loop waits for input again. */
  add(sender: Sender): void {
    if (this.#waiting.length === 0) {
      this.#reads = 0
      setImmediate(this.#flush)
    }
    if (this.#waiting.push(sender) >= mostWaiting) this.#flush()
  }

  /** Counts a read. */
  noteRead(): void {
    if (this.#waiting.length > 0 && ++this.#reads >= mostReads) this.#flush()
  }

  readonly #flush = (): void => {
    const senders = this.#waiting
    this.#waiting = []
    for (const sender of senders) sender.flush()
  }
}
