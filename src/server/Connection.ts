/**
 * One conversation: the bytes of a peer become commands, commands become replies, replies become bytes. This is the
 * only file that sees both ends.
 */
import { Effect, Exit, Scope, Stream } from "effect"
import {
  type Codec,
  type Decoder,
  type Encoder,
  Foreign,
  Malformed,
  type Request
} from "../codec/Codec.ts"
import { isSessionCommand, needsNoPassword } from "../domain/Command.ts"
import { type CommandError, NotAuthenticated, StoreUnavailable } from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import type { Stats } from "../domain/Stats.ts"
import * as Word from "../domain/Word.ts"
import type { Answer, Router } from "../Router.ts"
import { type Pacer, unlimited } from "./Pacer.ts"
import type { Peer, PeerLost } from "./Peer.ts"
import { type Session, silenced } from "./Session.ts"
import type { Intake, Watch } from "./Watch.ts"

/** Replies that leave together: the bytes of one write, then perhaps the body of the last of them. */
interface Outgoing {
  readonly text: string
  readonly last: boolean
  readonly body?: {
    readonly bytes: Reply.Body["bytes"]
    readonly tail: string
    readonly release: Effect.Effect<void>
  }
}

/** Replies are gathered up to this many bytes before they are written, so that a long batch is not held whole. */
const fullWrite = 64 * 1024
/** A body up to this many bytes is read whole and leaves in one write with its neighbours. */
const smallBody = 64 * 1024

/** Bytes to requests; what one read completes stays together. */
const decode = (decoder: Decoder, intake: Intake, { session, stats }: Conversation) =>
  Stream.mapAccumArray(
    () => decoder,
    (decoder, chunks: ReadonlyArray<Uint8Array>) => {
      const [first, ...others] = chunks
      const bytes = first === undefined || others.length > 0 ? Buffer.concat(chunks) : first
      stats.bytesReceived += bytes.length
      const requests = decoder.push(bytes, session.isAuthenticated())
      intake.completed += requests.length
      return [decoder, requests] as const
    },
    { onHalt: (decoder) => decoder.end() }
  )

const authenticationRequired = Reply.refusal(
  new NotAuthenticated({ text: "Authentication required." })
)

/** The end, for a client that has no way to give the password. */
const denied = Reply.Reply.Farewell({ reply: Reply.status("Acesso negado.") })
/** The end, without a word. */
const silence = Reply.Reply.Farewell({ reply: Reply.Reply.Silence() })

/** What a request is answered with: by the session, by the router, or by itself if it is no command. */
const makeRespond =
  ({ codec, onForeign, router, session, stats }: Conversation) =>
  (request: Request): Answer => {
    const wanted = session.begin()
    if (request instanceof Foreign) {
      stats.protocolErrors += 1
      return Effect.as(onForeign(request.protocol), silence)
    }
    if (request instanceof Malformed) {
      stats.protocolErrors += 1
      const farewell = Reply.Reply.Farewell({
        reply: Reply.Reply.Refusal({ code: "ERR", message: request.message })
      })
      return wanted ? farewell : silenced(farewell)
    }
    if (request instanceof Error) return wanted ? Reply.refusal(request) : Reply.Reply.Silence()
    stats.commandsProcessed += 1
    if (!session.isAuthenticated() && !codec.takesPassword) return denied
    if (!session.isAuthenticated() && !needsNoPassword(request._tag)) {
      return wanted ? authenticationRequired : Reply.Reply.Silence()
    }
    if (isSessionCommand(request)) return session.answer(request)
    // Nothing is changed by a query, so one whose reply is not wanted need not be asked.
    return wanted ? router.answer(request) : Reply.Reply.Silence()
  }

const bodyOf = (reply: Reply.Reply): Reply.Body | undefined =>
  reply._tag === "File" || reply._tag === "Content" ? reply.body : undefined

const readWhole = (body: Reply.Body): Effect.Effect<string, StoreUnavailable> =>
  Stream.runFold(
    body.bytes,
    () => "",
    (text, chunk) => text + Word.fromBytes(chunk)
  )

/** A reply that needed an effect, encoded: whole if it is small, else with its body still to be sent. */
const settle = Effect.fnUntraced(function* (
  answer: Effect.Effect<Reply.Reply, CommandError, Scope.Scope>,
  encoder: Encoder,
  connection: Scope.Scope
) {
  const scope = yield* Scope.fork(connection)
  const release = Scope.close(scope, Exit.void)
  const settled = Effect.gen(function* () {
    const reply = yield* answer
    const body = bodyOf(reply)
    const whole = body === undefined || body.size > smallBody ? "" : yield* readWhole(body)
    return { reply, body, whole }
  }).pipe(
    Scope.provide(scope),
    Effect.catch((error) =>
      Effect.succeed({ reply: Reply.refusal(error), body: undefined, whole: "" })
    )
  )
  const { body, reply, whole } = yield* settled
  const head = encoder.head(reply)
  const tail = encoder.tail(reply)
  const last = reply._tag === "Farewell"
  if (body !== undefined && body.size > smallBody)
    return { text: head, last, body: { bytes: body.bytes, tail, release } }
  yield* release
  return { text: head + whole + tail, last }
})

/**
 * Requests to replies, in order. A batch that came together leaves together, in one write; it is cut where a write is
 * full and after a reply whose body is sent as it is read, so that one connection holds one file open and one write
 * in memory, however much was asked at once.
 */
const answer =
  (respond: (request: Request) => Answer, encoder: Encoder) =>
  (requests: Stream.Stream<Request, PeerLost>): Stream.Stream<Outgoing, PeerLost> =>
    Stream.transformPull(requests, (pull, connection) =>
      Effect.sync(() => {
        let batch: ReadonlyArray<Request> = []
        let next = 0
        const answerSome = Effect.fnUntraced(function* () {
          let text = ""
          let last = false
          while (next < batch.length && !last && text.length < fullWrite) {
            const request = batch[next++]
            if (request === undefined) break
            const reply = respond(request)
            if (Effect.isEffect(reply)) {
              const settled = yield* settle(reply, encoder, connection)
              text += settled.text
              last = settled.last
              if (settled.body !== undefined) return [{ text, last, body: settled.body }] as const
            } else {
              text += encoder.head(reply)
              last = reply._tag === "Farewell"
            }
          }
          return [{ text, last }] as const
        })
        return Effect.suspend(() =>
          next < batch.length
            ? answerSome()
            : Effect.flatMap(pull, (requests) => {
                batch = requests
                next = 0
                return answerSome()
              })
        )
      })
    )

const isLast = ({ last }: Outgoing): boolean => last

/** Runs `write` on pieces of the bytes, each no longer than `size`. */
const inPieces = <E>(
  bytes: Uint8Array,
  size: number,
  write: (piece: Uint8Array) => Effect.Effect<void, E>
): Effect.Effect<void, E> =>
  bytes.length <= size
    ? write(bytes)
    : Effect.forEach(
        Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size)
        ),
        write,
        { discard: true }
      )

/** Sends replies at the conversation's pace; a body is sent as the peer takes it, and let go of then. */
const send = ({ pacer, peer, stats }: Conversation) => {
  const write = (text: string) => {
    stats.bytesSent += text.length
    return pacer === unlimited
      ? peer.write(text)
      : Effect.andThen(pacer.pace(text.length), peer.write(text))
  }
  const writePiece = (bytes: Uint8Array) => {
    stats.bytesSent += bytes.length
    return pacer === unlimited
      ? peer.writeBytes(bytes)
      : Effect.andThen(pacer.pace(bytes.length), peer.writeBytes(bytes))
  }
  return Effect.fnUntraced(function* ({ body, text }: Outgoing) {
    if (text !== "") yield* write(text)
    if (body === undefined) return
    yield* Stream.runForEach(body.bytes, (bytes) => inPieces(bytes, pacer.piece, writePiece))
    yield* write(body.tail)
    yield* body.release
  })
}

/** All that a conversation is held with. */
export interface Conversation {
  readonly peer: Peer
  readonly codec: Codec
  readonly session: Session
  readonly router: Router["Service"]
  readonly stats: Stats["Service"]
  readonly pacer: Pacer
  readonly watch: Watch
  /** Told when another protocol comes in, such as `HTTP`. */
  readonly onForeign: (protocol: string) => Effect.Effect<void>
}

/**
 * Talks with a peer until it ends its input, says goodbye or breaks the protocol; then takes leave of it. Fails where
 * the peer is lost, or where a body whose size was announced cannot be sent to its end: the connection must be cut
 * off then, for nothing that could follow would be understood.
 */
export const converse = (
  conversation: Conversation
): Effect.Effect<void, PeerLost | StoreUnavailable> => {
  const { codec, peer, watch } = conversation
  const decoder = codec.makeDecoder()
  const intake = { peer, completed: 0, unfinished: decoder.unfinished }
  watch.add(intake)
  return Stream.fromPull(Effect.succeed(peer.read)).pipe(
    decode(decoder, intake, conversation),
    answer(makeRespond(conversation), codec.makeEncoder()),
    Stream.takeUntil(isLast),
    Stream.runForEach(send(conversation)),
    Effect.andThen(peer.finish),
    Effect.ensuring(Effect.sync(() => watch.remove(intake)))
  )
}
