/**
 * The changes on their way from the watching thread to the log. Its reader says when it has taken a batch; until then few
 * batches are on their way, and if too many changes wait, all are dropped for one `Rescan`. It runs in the thread (Disk).
 */
import type { FileDetails } from "../../FileStore.ts"

/** A `FileChange` whose name was not checked yet, for the thread has nobody who does. */
export type FoundChange =
  | ({ readonly _tag: "Created" | "Changed"; readonly name: string } & FileDetails)
  | { readonly _tag: "Deleted"; readonly name: string }
  | { readonly _tag: "Rescan" }

/** Changes that wait to be sent. */
export interface Outbox {
  readonly add: (change: FoundChange) => void
  /** Sends what may be sent. */
  readonly flush: () => void
  /** A batch was taken. */
  readonly onTaken: () => void
}

/** An empty outbox, which sends batches by `post`. */
export const makeOutbox = (post: (changes: ReadonlyArray<FoundChange>) => void): Outbox => {
  /** A batch is recorded in 1 ms, and these are all that the main thread takes in one turn. */
  const batch = 512
  const underWay = 4
  /** Some 20 MB. */
  const most = 65_536
  let waiting: Array<FoundChange> = []
  let sent = 0

  const flush = (): void => {
    while (waiting.length > 0 && sent < underWay) {
      sent += 1
      post(waiting.splice(0, batch))
    }
  }

  return {
    flush,
    add: (change) => {
      if (change._tag === "Rescan" || waiting.length >= most) waiting = [{ _tag: "Rescan" }]
      else waiting.push(change)
    },
    onTaken: () => {
      sent -= 1
      flush()
    }
  }
}
