/**
 * Replies wait here for the end of the turn of the event loop in which they were made, as Redis has it (networking.c,
 * handleClientsWithPendingWrites): peers that can be read are read first, then they are answered, some at a time. Who
 * asks on many connections is so woken once for many answers; to wake it for each took a fifth of the answering side's
 * time, and files of 1 KiB were answered by a fifth more slowly. What is sent is not known here.
 */

/** Whoever has something to send. */
interface Sender {
  readonly flush: () => void
}

/** So many are made to wait; each holds 64 KiB at most. */
const mostWaiting = 64

/** So often others are read at most while anybody waits: peers that send a byte now and then are many, and get no reply. */
const mostReads = 32

let waiting: Array<Sender> = []
let reads = 0

const sendAll = (): void => {
  const senders = waiting
  waiting = []
  for (const sender of senders) sender.flush()
}

/** Has the sender flushed before the event loop waits again. */
export const sendSoon = (sender: Sender): void => {
  if (waiting.length === 0) {
    reads = 0
    setImmediate(sendAll)
  }
  if (waiting.push(sender) >= mostWaiting) sendAll()
}

/** Takes note that something was read, for which those who wait do not wait long. */
export const noteRead = (): void => {
  if (waiting.length > 0 && ++reads >= mostReads) sendAll()
}
