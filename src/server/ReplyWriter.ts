/** Sends replies, at the conversation's pace: text at once, and the bytes of a file as the peer takes them. */
import { Array, Effect, Exit, Stream } from "effect"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type * as Reply from "../domain/Reply.ts"
import { type Conversation, noteFailure, noteTransfer, secondsSince } from "./Conversation.ts"
import { unlimited } from "../guard/Pacer.ts"
import type { PeerLost } from "../net/Peer.ts"

/** Replies that leave together: the bytes of one write, then perhaps the body of the last of them. */
export interface Outgoing {
  readonly text: string
  readonly body?: OutgoingBody
}

/** A body that is sent as it is read, and what follows it. */
export interface OutgoingBody {
  readonly of: Reply.StreamedBody
  /** When it was asked for, in milliseconds since 1970. */
  readonly since: number
  readonly tail: string
  /** Lets go of what it is read from. */
  readonly release: Effect.Effect<void>
}

/** Writes at the conversation's pace. */
const write = (
  { common: { stats }, pacer, peer, tally }: Conversation,
  text: string
): Effect.Effect<void, PeerLost> => {
  if (text === "") return Effect.void
  stats.bytesSent += text.length
  tally.bytesSent += text.length
  return pacer === unlimited
    ? peer.write(text)
    : Effect.andThen(pacer.pace(text.length), peer.write(text))
}

const writePiece = (
  { common: { stats }, pacer, peer, tally }: Conversation,
  bytes: Uint8Array
): Effect.Effect<void, PeerLost> => {
  stats.bytesSent += bytes.length
  tally.bytesSent += bytes.length
  return pacer === unlimited
    ? peer.writeBytes(bytes)
    : Effect.andThen(pacer.pace(bytes.length), peer.writeBytes(bytes))
}

/** Writes bytes in pieces as small as the conversation's pace asks for. */
const writeBytes = (
  conversation: Conversation,
  bytes: Uint8Array
): Effect.Effect<void, PeerLost> => {
  const { piece } = conversation.pacer
  if (bytes.length <= piece) return writePiece(conversation, bytes)
  const starts = Array.makeBy(Math.ceil(bytes.length / piece), (index) => index * piece)
  return Effect.forEach(
    starts,
    (start) => writePiece(conversation, bytes.subarray(start, start + piece)),
    { discard: true }
  )
}

const sendBody = Effect.fnUntraced(function* (
  conversation: Conversation,
  { of, release, since, tail }: OutgoingBody
) {
  const { tally } = conversation
  const before = tally.bytesSent
  yield* Stream.runForEach(of.bytes, (bytes) => writeBytes(conversation, bytes)).pipe(
    Effect.tapErrorTag("StoreUnavailable", (error) => noteFailure(conversation, error)),
    Effect.onExit((exit) =>
      Effect.flatMap(secondsSince(since), (seconds) =>
        noteTransfer(conversation, of, {
          sent: tally.bytesSent - before,
          complete: Exit.isSuccess(exit),
          seconds
        })
      )
    )
  )
  yield* write(conversation, tail)
  yield* release
})

/** Sends replies; a body is sent as the peer takes it, and let go of then. */
export const send =
  (conversation: Conversation) =>
  ({ body, text }: Outgoing): Effect.Effect<void, PeerLost | StoreUnavailable> =>
    body === undefined
      ? write(conversation, text)
      : Effect.andThen(write(conversation, text), sendBody(conversation, body))
