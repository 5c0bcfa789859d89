/**
 * One connection as one pipeline: bytes become requests, requests replies, replies bytes. This is the only file that
 * sees both ends. Letting in: Acceptor; who answers: Dispatch; what is written together: ReplyBatch; how: ReplyWriter.
 */
import { Array, Cause, Effect, Pull, Stream } from "effect"
import type { Decoder, Request } from "../codec/Codec.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import { ReadProgress } from "../guard/ConnectionReaper.ts"
import type { PeerLost } from "../net/Peer.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import * as LeanStream from "./LeanStream.ts"
import { settle } from "./PendingReply.ts"
import { ReplyBatch } from "./ReplyBatch.ts"
import { type Outgoing, send } from "./ReplyWriter.ts"

type Requests = Array.NonEmptyReadonlyArray<Request>

/**
 * Bytes to requests; what one read completes stays together, but where the decoder stops for what came before to be
 * answered first.
 */
const decode =
  (decoder: Decoder, progress: ReadProgress, { server, session, stats }: ConnectionContext) =>
  (bytes: Stream.Stream<Uint8Array, PeerLost>): Stream.Stream<Request, PeerLost> =>
    Stream.transformPull(bytes, (pull) => {
      let ended = false
      const found = (requests: ReadonlyArray<Request>): Pull.Pull<Requests, PeerLost> => {
        progress.completed += requests.length
        server.reaper.note(progress)
        return Array.isReadonlyArrayNonEmpty(requests) ? Effect.succeed(requests) : next
      }
      const read: Pull.Pull<Requests, PeerLost> = Pull.matchEffect(pull, {
        onSuccess: (chunks) => {
          const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
          server.stats.bytesReceived += bytes.length
          stats.bytesReceived += bytes.length
          return found(decoder.push(bytes, session.isAuthenticated))
        },
        onFailure: Effect.failCause,
        onDone: () => {
          if (ended) return Cause.done()
          ended = true
          const requests = decoder.end()
          return Array.isReadonlyArrayNonEmpty(requests) ? Effect.succeed(requests) : Cause.done()
        }
      })
      const next: Pull.Pull<Requests, PeerLost> = Effect.suspend(() =>
        decoder.hasMore()
          ? Effect.flatMap(server.turns.next, () => found(decoder.more(session.isAuthenticated)))
          : read
      )
      return Effect.succeed(next)
    })

/** Requests to replies, in order, up to the last of all; what came together leaves together, as far as a write goes. */
const answer =
  (batch: ReplyBatch, context: ConnectionContext) =>
  (requests: Stream.Stream<Request, PeerLost>): Stream.Stream<Outgoing, PeerLost> =>
    Stream.transformPull(requests, (pull, connection) => {
      const fill: Effect.Effect<readonly [Outgoing]> = Effect.suspend(() => {
        const pending = batch.step()
        return pending === undefined
          ? Effect.succeed([batch.take()] as const)
          : Effect.flatMap(settle(pending, connection, context), (settled) => {
              batch.add(settled)
              return fill
            })
      })
      const next = Effect.flatMap(pull, (requests) => {
        batch.begin(requests)
        return fill
      })
      return Effect.succeed(
        Effect.suspend(() => {
          if (!batch.isOver) {
            return batch.isEmpty ? next : Effect.andThen(context.server.turns.next, fill)
          }
          context.stats.closeReason ??= "goodbye"
          return Cause.done()
        })
      )
    })

/**
 * Talks with a peer until it ends its input, says goodbye or breaks the protocol; then takes leave of it. Fails where
 * the peer is lost, or where a body whose size was announced cannot be sent to its end: the connection must be cut
 * off then, for nothing that could follow would be understood.
 */
export const converse = (
  context: ConnectionContext
): Effect.Effect<void, PeerLost | StoreUnavailable> => {
  const {
    codec,
    peer,
    server: { reaper }
  } = context
  const decoder = codec.makeDecoder()
  const progress = new ReadProgress(peer, decoder, context)
  reaper.add(progress)
  const replies = () =>
    Stream.fromPull(Effect.succeed(peer.read)).pipe(
      decode(decoder, progress, context),
      answer(new ReplyBatch(context, codec.makeEncoder()), context)
    )
  return LeanStream.runForEach(replies, send(context)).pipe(
    Effect.andThen(() => peer.finish),
    Effect.onExit(() => Effect.sync(() => reaper.remove(progress)))
  )
}
