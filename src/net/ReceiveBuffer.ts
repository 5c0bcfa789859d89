/**
 * One buffer into which all accepted sockets receive. For each read of a socket, Node takes 64 KiB, gives back what was
 * not filled and makes a Buffer of the rest; without that, a short request takes a fifth less of the server's processor
 * (docs/decisions/0014-receive-buffer.md). Sockets that connect have it by an option of Node's (`onread`,
 * nodejs.org/api/net.html), those that a server accepts have not: here an accepted socket's handle is given to a Socket
 * that has the option.
 */
import { Predicate } from "effect"
import { channel } from "node:diagnostics_channel"
import { Socket, type SocketConstructorOpts } from "node:net"
import { type ByteString, fromRange } from "../domain/ByteString.ts"

/** As much as libuv reads at a time. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024)

/** Where Node tells of each socket that a server accepts (nodejs.org/api/diagnostics_channel.html). */
const sockets = channel("net.server.socket")

/** What Node calls the system's side of a socket; `undefined` where it cannot receive into a buffer of ours. */
const handleOf = (socket: Socket): object | undefined => {
  const handle: unknown = Reflect.get(socket, "_handle")
  return Predicate.hasProperty(handle, "useUserBuffer") ? handle : undefined
}

/**
 * The same connection as a Socket that tells `reader` of its bytes and emits no "data"; the accepted one is closed without
 * the connection. Who follows Node's channel `net.server.socket` is told of it, and of which socket it `replaces`. The accepted
 * socket itself where something was read from it, as a proxy's header is, or where Node's sockets are not as in Node 20 to 26.
 */
export const receiveFor = (
  reader: { readonly received: (bytes: ByteString) => void },
  accepted: Socket
): Socket => {
  const handle = handleOf(accepted)
  if (handle === undefined || accepted.readableFlowing !== null) return accepted
  Reflect.set(accepted, "_handle", null)
  accepted.destroy()
  const options: SocketConstructorOpts = {
    allowHalfOpen: accepted.allowHalfOpen,
    onread: {
      buffer,
      callback: (count) => {
        reader.received(fromRange(buffer, 0, count))
        return true
      }
    }
  }
  // Node's own servers make sockets so; the types know only handles that are not connected yet.
  const socket = new Socket(Object.assign(options, { handle }))
  if (sockets.hasSubscribers) sockets.publish({ socket, replaces: accepted })
  return socket
}
