/**
 * Sends replies at the connection's rate: collected text in one write, a streamed body as the peer takes it. Logs every
 * body that was sent or cut off.
 */
import { Array, Effect, Exit } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { Exchange } from "../codec/http/HttpReply.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type * as Reply from "../domain/Reply.ts"
import { unlimited } from "../guard/Pacer.ts"
import type { PeerLost } from "../net/Peer.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import * as LeanStream from "./LeanStream.ts"
import { observe } from "../telemetry/Histogram.ts"
import { noteExchange, noteFailure, noteTransfer } from "./TransferLog.ts"

/** Replies that are sent together: the text of one write, then perhaps a streamed body. */
export interface Outgoing {
  readonly text: string
  /** The bodies within the text that are to be logged. */
  readonly transfers: ReadonlyArray<BufferedTransfer> | undefined
  readonly body: OutgoingBody | undefined
  /** In place of a body, a long list, encoded as it is sent. */
  readonly parts: Iterable<string> | undefined
}

/** A body that is part of the text. */
export interface BufferedTransfer {
  /** What is logged of it: a body, or a request of HTTP and its status. */
  readonly of: Reply.Body | Exchange
  /** In bytes. */
  readonly size: number
  /** When it was asked for, by Monotonic, in milliseconds; just now, unless given. */
  readonly since: number | undefined
}

/** A streamed body, and the text after it. */
export interface OutgoingBody {
  /** What is logged of it. */
  readonly of: Reply.Body | Exchange
  readonly bytes: Reply.StreamedBody["bytes"]
  /** Whether it is counted and timed (HttpReply). */
  readonly isTransfer: boolean
  /** When it was asked for, by Monotonic, in milliseconds. */
  readonly since: number | undefined
  readonly tail: string
  /** Closes the file that it is read from. */
  readonly release: Effect.Effect<void> | undefined
}

const count = ({ server, stats }: ConnectionContext, bytes: number): void => {
  server.stats.bytesSent += bytes
  stats.bytesSent += bytes
}

/**
 * Writes `length` bytes at the connection's rate, in pieces as small as the rate asks for: whoever waits long for a reply
 * that then comes at once has taken the server for dead.
 */
const writePieces = (
  context: ConnectionContext,
  length: number,
  writePiece: (start: number, end: number) => Effect.Effect<void, PeerLost>
): Effect.Effect<void, PeerLost> => {
  const { pacer } = context
  const starts = Array.makeBy(Math.ceil(length / pacer.piece), (index) => index * pacer.piece)
  return Effect.forEach(
    starts,
    (start) => {
      const end = Math.min(length, start + pacer.piece)
      count(context, end - start)
      return Effect.andThen(pacer.pace(end - start), writePiece(start, end))
    },
    { discard: true }
  )
}

const write = (context: ConnectionContext, text: string): Effect.Effect<void, PeerLost> => {
  const { pacer, peer } = context
  if (text === "") return Effect.void
  if (pacer !== unlimited)
    return writePieces(context, text.length, (start, end) => peer.write(text.slice(start, end)))
  count(context, text.length)
  return peer.write(text)
}

const writeBytes = (
  context: ConnectionContext,
  bytes: Uint8Array
): Effect.Effect<void, PeerLost> => {
  const { pacer, peer, server } = context
  if (pacer !== unlimited)
    return writePieces(context, bytes.length, (start, end) =>
      peer.writeBytes(bytes.subarray(start, end))
    )
  return Effect.andThen(server.pieces.next, () => {
    count(context, bytes.length)
    return peer.writeBytes(bytes)
  })
}

/** Logs that a body was sent or cut off. */
const note = (
  context: ConnectionContext,
  { of, since }: BufferedTransfer | OutgoingBody,
  exit: Exit.Exit<unknown, unknown>,
  sent: number
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const now = Monotonic.nowUnsafe(context.server.clock)
    const seconds = (now - (since ?? now)) / 1000
    const transfer = { sent, complete: Exit.isSuccess(exit), seconds }
    return "status" in of
      ? noteExchange(context, of, transfer)
      : noteTransfer(context, of, transfer)
  })

const countTransfer = (
  { server: { clock, stats } }: ConnectionContext,
  { isTransfer, since }: OutgoingBody,
  exit: Exit.Exit<unknown, unknown>
): void => {
  if (!isTransfer) return
  if (Exit.isSuccess(exit)) stats.transfersCompleted += 1
  else stats.transfersCut += 1
  if (since !== undefined) observe(stats.durations, (Monotonic.nowUnsafe(clock) - since) / 1000)
}

const sendText = (
  context: ConnectionContext,
  { text, transfers }: Outgoing
): Effect.Effect<void, PeerLost> =>
  transfers === undefined
    ? write(context, text)
    : Effect.onExit(write(context, text), (exit) =>
        Effect.forEach(
          transfers,
          (transfer) => note(context, transfer, exit, Exit.isSuccess(exit) ? transfer.size : 0),
          { discard: true }
        )
      )

const sendBody = Effect.fnUntraced(function* (context: ConnectionContext, body: OutgoingBody) {
  const { stats } = context
  const before = stats.bytesSent
  yield* LeanStream.runForEach(
    () => body.bytes,
    (bytes) => writeBytes(context, bytes)
  ).pipe(
    Effect.tapErrorTag("StoreUnavailable", (error) => noteFailure(context, error)),
    Effect.onExit((exit) => {
      countTransfer(context, body, exit)
      return note(context, body, exit, stats.bytesSent - before)
    })
  )
  yield* write(context, body.tail)
  if (body.release !== undefined) yield* body.release
})

/** Writes a list part by part as the peer takes it, one part in each turn of the event loop. */
const sendParts = (
  context: ConnectionContext,
  parts: Iterable<string>
): Effect.Effect<void, PeerLost> =>
  Effect.forEach(parts, (part) => Effect.andThen(write(context, part), Effect.yieldNow), {
    discard: true
  })

/** Sends replies. Fails with PeerLost, or with StoreUnavailable where a streamed body cannot be read to its end. */
export const send =
  (context: ConnectionContext) =>
  (outgoing: Outgoing): Effect.Effect<void, PeerLost | StoreUnavailable> => {
    const { body, parts } = outgoing
    const text = sendText(context, outgoing)
    if (parts !== undefined) return Effect.andThen(text, sendParts(context, parts))
    return body === undefined ? text : Effect.andThen(text, sendBody(context, body))
  }
