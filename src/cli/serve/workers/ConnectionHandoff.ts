/**
 * Connections being handed from the supervisor to a worker. Node (26.10, lib/internal/cluster/round_robin_handle.js)
 * closes the supervisor's end of one when the worker acknowledges it, and drops its reference where the worker dies
 * before that: nobody serves or closes the connection, and its client waits for ever. A worker is sent the next
 * connection only after it has acknowledged the last, so there is at most one to close.
 */
import type { ChildProcess, SendHandle, Serializable } from "node:child_process"
import { Predicate } from "effect"

/** Closes, when the worker dies, the connection it was sent last. One that it has acknowledged is closed here already. */
export const closeIfNotTaken = (worker: ChildProcess): void => {
  const send = worker.send.bind(worker)
  let close: (() => unknown) | undefined
  Object.assign(worker, {
    // Node's own messages come with a handle or without; ours have a callback in its place.
    send: (message: Serializable, handle?: SendHandle) => {
      if (Predicate.hasProperty(handle, "close") && typeof handle.close === "function")
        close = handle.close.bind(handle)
      return send(message, handle)
    }
  })
  worker.once("exit", () => close?.())
}
