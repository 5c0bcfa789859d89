/**
 * Connections on their way from the supervisor to a worker. Node (26.10, cluster's round robin) closes the
 * supervisor's end of one when the worker says that it has it, and forgets it where the worker dies before: nobody
 * serves it then, nobody closes it, and its client waits for ever. A worker is sent the next connection only when it
 * has taken the last, so that there is at most one such.
 */
import type { ChildProcess, SendHandle, Serializable } from "node:child_process"
import { Predicate } from "effect"

/** Closes what is on its way to the worker when it dies. A connection that the worker has taken is closed already. */
export const closeIfNotTaken = (worker: ChildProcess): void => {
  const send = worker.send.bind(worker)
  let close: (() => unknown) | undefined
  Object.assign(worker, {
    // Node's own messages come with a handle or without; ours with a function in its place.
    send: (message: Serializable, handle?: SendHandle) => {
      if (Predicate.hasProperty(handle, "close") && typeof handle.close === "function")
        close = handle.close.bind(handle)
      return send(message, handle)
    }
  })
  worker.once("exit", () => close?.())
}
