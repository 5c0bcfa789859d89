/**
 * Bounds how often a client of TLS 1.3 changes its keys (RFC 8446, 4.6.3). Each time costs the server more than the
 * client, nothing of it reaches the program, and OpenSSL goes through all that have come in one turn of the event loop.
 * Node counts handshakes that a client of TLS 1.2 repeats (tls.CLIENT_RENEG_LIMIT), but not these; it tells of them as it
 * tells of any new secret, by `keylog`. Secrets are not looked at.
 */
import type { TLSSocket } from "node:tls"

/** In the time for which Node counts repeated handshakes, in milliseconds (tls.CLIENT_RENEG_WINDOW). */
const span = 10 * 60 * 1000

/** Libraries change their keys after a hundred gigabytes or more (RFC 8446, 5.5): no client does so often for that. */
const mostUpdates = 32

const tooMany = new Error("the peer changes its keys without end")

/**
 * Cuts the connection off when its keys were changed too often, by the peer or for it. For a socket that has shaken hands;
 * `now` tells the milliseconds of a monotonic clock.
 */
export const boundKeyUpdates = (socket: TLSSocket, now: () => number): void => {
  let count = 0
  let since = now()
  socket.on("keylog", () => {
    // The rest of the records that came with the last.
    if (socket.destroyed) return
    const time = now()
    if (time - since >= span) {
      count = 0
      since = time
    }
    count += 1
    if (count > mostUpdates) socket.destroy(tooMany)
  })
}
