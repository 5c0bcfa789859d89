/**
 * Passes the events of a socket on to who owns it. The listeners are functions of this module that find the owner by the
 * socket, so that an idle connection holds no closures.
 */
import type { Socket } from "node:net"
import { type ByteString, fromBytes } from "../domain/ByteString.ts"

/** Who is told of a socket's events. */
export interface SocketOwner {
  readonly received: (chunk: ByteString) => void
  readonly ended: (why: "client-ended") => void
  readonly lost: (cause: Error) => void
  /** Called when a write made no progress for the socket's timeout. */
  readonly stalled: () => void
}

const owners = new WeakMap<Socket, SocketOwner>()

function onData(this: Socket, chunk: Uint8Array): void {
  owners.get(this)?.received(fromBytes(chunk))
}
function onEnd(this: Socket): void {
  owners.get(this)?.ended("client-ended")
}
function onError(this: Socket, cause: Error): void {
  owners.get(this)?.lost(cause)
}
function onTimeout(this: Socket): void {
  owners.get(this)?.stalled()
}
function onClose(this: Socket): void {
  owners.get(this)?.lost(new Error("the connection was closed"))
}

/** Tells the owner of all events from now on. */
export const listenTo = (socket: Socket, owner: SocketOwner): void => {
  owners.set(socket, owner)
  socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose)
  socket.on("timeout", onTimeout)
  // It may have been closed before the listeners were added.
  if (socket.destroyed) owner.lost(new Error("the connection was closed"))
}

/** Whether `listenTo` was called for the socket. */
export const isListenedTo = (socket: Socket): boolean => owners.has(socket)

/** Goes on to read from a socket that was paused. */
export const resumeReading = (socket: Socket): void => void socket.resume()
