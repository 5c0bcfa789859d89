/**
 * One conversation: the bytes of a peer become commands, commands become replies, replies become bytes. This is the
 * only file that sees both ends.
 */
import { Array, Cause, Clock, Effect, Exit, Pull, Scope, Stream } from "effect"
import { type Decoder, type Encoder, Foreign, Malformed, type Request } from "../codec/Codec.ts"
import { isQuery, needsNoPassword } from "../commands/Command.ts"
import { type CommandError, NotAuthenticated, type StoreUnavailable } from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { Answer } from "../Router.ts"
import { type Conversation, noteFailure, noteTransfer, secondsSince } from "./Conversation.ts"
import * as LeanStream from "./LeanStream.ts"
import type { PeerLost } from "../net/Peer.ts"
import { type Outgoing, send } from "./ReplyWriter.ts"
import { silenced } from "./Session.ts"
import { ReadProgress } from "../guard/ConnectionReaper.ts"

type Requests = Array.NonEmptyReadonlyArray<Request>

/** Replies are gathered up to this many bytes before they are written, so that a long batch is not held whole. */
const fullWrite = 64 * 1024
/** A body up to this many bytes is read whole and leaves in one write with its neighbours. */
const smallBody = 64 * 1024

/** Bytes to requests; what one read completes stays together. */
const decode =
  (decoder: Decoder, progress: ReadProgress, { common: { stats }, session, tally }: Conversation) =>
  (bytes: Stream.Stream<Uint8Array, PeerLost>): Stream.Stream<Request, PeerLost> =>
    Stream.transformPull(bytes, (pull) => {
      let ended = false
      const next: Pull.Pull<Requests, PeerLost> = Pull.matchEffect(pull, {
        onSuccess: (chunks) => {
          const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
          stats.bytesReceived += bytes.length
          tally.bytesReceived += bytes.length
          const requests = decoder.push(bytes, session.isAuthenticated)
          progress.completed += requests.length
          return Array.isReadonlyArrayNonEmpty(requests) ? Effect.succeed(requests) : next
        },
        onFailure: Effect.failCause,
        onDone: () => {
          if (ended) return Cause.done()
          ended = true
          const requests = decoder.end()
          return Array.isReadonlyArrayNonEmpty(requests) ? Effect.succeed(requests) : Cause.done()
        }
      })
      return Effect.succeed(next)
    })

const authenticationRequired = Reply.error(
  new NotAuthenticated({ text: "Authentication required." })
)

/** The end, for a client that has no way to give the password. */
const denied = Reply.Reply.CloseAfterReply({ reply: Reply.status("Acesso negado.") })
/** The end, without a word. */
const silence = Reply.Reply.CloseAfterReply({ reply: Reply.Reply.NoReply() })

/** What a request is answered with: by the session, by the router, or by itself if it is no command. */
const respond = (conversation: Conversation, request: Request): Answer => {
  const { common, session, tally } = conversation
  const { stats } = common
  const wanted = session.begin()
  // Nearly all requests are such, and this is all that is found out about them.
  if (isQuery(request) && session.isAuthenticated) {
    stats.commandsProcessed += 1
    tally.commands += 1
    // Nothing is changed by a query, so one whose reply is not wanted need not be asked.
    return wanted ? common.router.answer(request) : Reply.Reply.NoReply()
  }
  if (request instanceof Foreign) {
    stats.protocolErrors += 1
    tally.closeReason = "foreign-protocol"
    return Effect.as(common.onForeign(conversation.peer, request.protocol), silence)
  }
  if (request instanceof Malformed) {
    stats.protocolErrors += 1
    tally.closeReason = "malformed"
    const farewell = Reply.Reply.CloseAfterReply({
      reply: Reply.Reply.Error({ code: "ERR", message: request.message })
    })
    return wanted ? farewell : silenced(farewell)
  }
  if (request instanceof Error) return wanted ? Reply.error(request) : Reply.Reply.NoReply()
  stats.commandsProcessed += 1
  tally.commands += 1
  if (!session.isAuthenticated && !conversation.codec.takesPassword) {
    tally.closeReason = "denied"
    return denied
  }
  if (isQuery(request) || (!session.isAuthenticated && !needsNoPassword(request._tag))) {
    return wanted ? authenticationRequired : Reply.Reply.NoReply()
  }
  const { wrongPasswords } = session
  const reply = session.answer(request)
  return session.wrongPasswords > wrongPasswords
    ? Effect.as(common.onWrongPassword(conversation.peer), reply)
    : reply
}

const bodyOf = (reply: Reply.Reply): Reply.Body | undefined =>
  reply._tag === "File" || reply._tag === "Content" ? reply.body : undefined

/** All the bytes of a reply whose body, if it has one, is there. */
const encodeWhole = (reply: Reply.Reply, body: Reply.Body | undefined, encoder: Encoder): string =>
  body !== undefined && "buffered" in body
    ? encoder.head(reply) + body.buffered + encoder.tail(reply)
    : encoder.head(reply)

/** The reply with its body read, if that is a small one. */
const gather = (reply: Reply.Reply): Effect.Effect<Reply.Reply, StoreUnavailable> => {
  if (reply._tag !== "File" && reply._tag !== "Content") return Effect.succeed(reply)
  const { body } = reply
  if ("buffered" in body || body.size > smallBody) return Effect.succeed(reply)
  return Effect.map(ByteString.collect(body.bytes), (buffered) => ({
    ...reply,
    body: { size: body.size, buffered, part: body.part }
  }))
}

/** A reply that needed an effect, encoded: whole if it is small, else with its body still to be sent. */
const settle = Effect.fnUntraced(function* (
  answer: Effect.Effect<Reply.Reply, CommandError, Scope.Scope>,
  encoder: Encoder,
  connection: Scope.Scope,
  conversation: Conversation
) {
  const since = yield* Clock.currentTimeMillis
  const scope = yield* Scope.fork(connection)
  const release = Scope.close(scope, Exit.void)
  const reply = yield* Effect.flatMap(answer, gather).pipe(
    Scope.provide(scope),
    Effect.tapErrorTag("StoreUnavailable", (error) => noteFailure(conversation, error)),
    Effect.catch((error) => Effect.succeed(Reply.error(error)))
  )
  const body = bodyOf(reply)
  if (body !== undefined && "bytes" in body) {
    const text = encoder.head(reply)
    return { text, last: false, body: { of: body, since, tail: encoder.tail(reply), release } }
  }
  yield* release
  if (body !== undefined) {
    const seconds = yield* secondsSince(since)
    yield* noteTransfer(conversation, body, { sent: body.size, complete: true, seconds })
  }
  return { text: encodeWhole(reply, body, encoder), last: reply._tag === "CloseAfterReply" }
})

/**
 * Requests to replies, in order, up to the last reply of all. A batch that came together leaves together, in one
 * write; it is cut where a write is full and after a reply whose body is sent as it is read, so that one connection
 * holds one file open and one write in memory, however much was asked at once. What needs no effect is answered
 * without one: as an effect each, sixteen questions that came together took twice the time.
 */
const answer =
  (encoder: Encoder, conversation: Conversation) =>
  (requests: Stream.Stream<Request, PeerLost>): Stream.Stream<Outgoing, PeerLost> =>
    Stream.transformPull(requests, (pull, connection) =>
      Effect.sync(() => {
        let batch: ReadonlyArray<Request> = []
        let next = 0
        let over = false
        const answerSome = (before: string): Effect.Effect<readonly [Outgoing]> => {
          let text = before
          while (next < batch.length && !over && text.length < fullWrite) {
            const request = batch[next++]
            if (request === undefined) break
            const reply = respond(conversation, request)
            if (Effect.isEffect(reply)) {
              return Effect.flatMap(settle(reply, encoder, connection, conversation), (settled) => {
                over = settled.last
                return settled.body === undefined
                  ? answerSome(text + settled.text)
                  : Effect.succeed([{ text: text + settled.text, body: settled.body }])
              })
            }
            const body = bodyOf(reply)
            text += encodeWhole(reply, body, encoder)
            over = reply._tag === "CloseAfterReply"
            if (body !== undefined && conversation.common.eventLog.admits("transfer.ended")) {
              const transfer = { sent: body.size, complete: true, seconds: 0 }
              return Effect.flatMap(noteTransfer(conversation, body, transfer), () =>
                answerSome(text)
              )
            }
          }
          // What was asked is not kept until something else is.
          if (next === batch.length) {
            batch = []
            next = 0
          }
          return Effect.succeed([{ text }])
        }
        const answerNext = Effect.flatMap(pull, (requests) => {
          batch = requests
          next = 0
          return answerSome("")
        })
        return Effect.suspend(() => {
          if (over) {
            conversation.tally.closeReason ??= "goodbye"
            return Cause.done()
          }
          return next < batch.length ? answerSome("") : answerNext
        })
      })
    )

/**
 * Talks with a peer until it ends its input, says goodbye or breaks the protocol; then takes leave of it. Fails where
 * the peer is lost, or where a body whose size was announced cannot be sent to its end: the connection must be cut
 * off then, for nothing that could follow would be understood.
 */
export const converse = (
  conversation: Conversation
): Effect.Effect<void, PeerLost | StoreUnavailable> => {
  const {
    codec,
    common: { reaper },
    peer
  } = conversation
  const decoder = codec.makeDecoder()
  const progress = new ReadProgress(peer, decoder)
  reaper.add(progress)
  const replies = () =>
    Stream.fromPull(Effect.succeed(peer.read)).pipe(
      decode(decoder, progress, conversation),
      answer(codec.makeEncoder(), conversation)
    )
  return LeanStream.runForEach(replies, send(conversation)).pipe(
    Effect.andThen(() => peer.finish),
    Effect.onExit(() => Effect.sync(() => reaper.remove(progress)))
  )
}
