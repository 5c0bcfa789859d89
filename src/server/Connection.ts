/**
 * One connection as one pipeline: bytes become requests, requests replies, replies bytes. The only file that sees both
 * ends. Who answers a request: Dispatch; which replies are written together: ReplyBatch; writing: ReplyWriter.
 */
import { Array, Cause, Effect, Pull, Stream } from "effect"
import type { Decoder, Request } from "../codec/Codec.ts"
import { type ByteString, unsafe } from "../domain/ByteString.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import { ReadProgress } from "../guard/ConnectionReaper.ts"
import type { PeerLost } from "../net/Peer.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import * as LeanStream from "./LeanStream.ts"
import { settle } from "./PendingReply.ts"
import { ReplyBatch } from "./ReplyBatch.ts"
import { type Outgoing, send } from "./ReplyWriter.ts"
import { changesDue, Following } from "./subscriptions/Following.ts"

type Requests = Array.NonEmptyReadonlyArray<Request>

/** Bytes to requests. The requests of one read stay together, unless the decoder stops to have some answered first. */
const decode =
  (decoder: Decoder, progress: ReadProgress, { server, session, stats }: ConnectionContext) =>
  (chunks: Stream.Stream<ByteString, PeerLost>): Stream.Stream<Request, PeerLost> =>
    Stream.transformPull(chunks, (pull) => {
      let ended = false
      const found = (requests: ReadonlyArray<Request>): Pull.Pull<Requests, PeerLost> => {
        progress.completed += requests.length
        server.reaper.note(progress)
        return Array.isReadonlyArrayNonEmpty(requests) ? Effect.succeed(requests) : next
      }
      const read: Pull.Pull<Requests, PeerLost> = Pull.matchEffect(pull, {
        onSuccess: (chunks) => {
          const bytes = chunks.length === 1 ? chunks[0] : unsafe(chunks.join(""))
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

/** What is to be sent next to a connection that follows changes: replies to its next requests, or what has changed. */
const nextOrChanges = (
  following: Following<Requests, PeerLost>,
  batch: ReplyBatch,
  fill: Effect.Effect<readonly [Outgoing]>
): Pull.Pull<readonly [Outgoing], PeerLost> =>
  Effect.flatMap(following.next, (found) => {
    if (found === changesDue) {
      batch.tell()
      return batch.hasText ? fill : nextOrChanges(following, batch, fill)
    }
    batch.begin(found)
    return fill
  })

/** Requests to replies, in order, up to the connection's last. Replies to requests of one read are written together, up to the size of a write. */
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
      let following: Following<Requests, PeerLost> | undefined
      return Effect.succeed(
        Effect.suspend(() => {
          if (!batch.isOver) {
            if (!batch.isEmpty) return Effect.andThen(context.server.turns.next, fill)
            if (context.subscriber === undefined && following?.isReading !== true) return next
            following ??= new Following(pull, context)
            return nextOrChanges(following, batch, fill)
          }
          context.stats.closeReason ??= "goodbye"
          return Cause.done()
        })
      )
    })

/**
 * Serves a peer until it ends its input, closes with a command or breaks the protocol; then closes in order. Fails with
 * PeerLost, or with StoreUnavailable where a body whose size was sent cannot be read to its end: then the caller must cut
 * the connection off, because the client would take whatever follows for the rest of the body.
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
  const progress = new ReadProgress(reaper, peer, decoder, context)
  peer.watcher = progress
  reaper.add(progress)
  const replies = () =>
    Stream.fromPull(Effect.succeed(peer.read)).pipe(
      decode(decoder, progress, context),
      answer(new ReplyBatch(context, codec.makeEncoder()), context)
    )
  return LeanStream.runForEach(replies, send(context)).pipe(
    Effect.andThen(() => peer.finish),
    Effect.onExit(() =>
      Effect.sync(() => {
        context.unsubscribe()
        reaper.remove(progress)
      })
    )
  )
}
