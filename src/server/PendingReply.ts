/** Runs answers that take an effect. What came of one is encoded by ReplyBatch and sent by ReplyWriter. */
import { Effect, Exit, Scope } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { CommandError, StoreUnavailable } from "../domain/Errors.ts"
import { oneWrite } from "../domain/OneWrite.ts"
import * as Reply from "../domain/Reply.ts"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import type { Answer } from "../Router.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import type { HttpAnswer } from "./ServerContext.ts"
import { noteFailure } from "./TransferLog.ts"

/** An answer that takes an effect, and may hold a file open. */
export type PendingReply = Exclude<Answer, Reply.Reply> | Exclude<HttpAnswer, HttpReply>

/** A reply that is there, and what is held for it. */
export interface SettledReply {
  readonly reply: Reply.Reply | HttpReply
  /** When it was asked for, by Monotonic; now, unless given. */
  readonly since?: number
  /** Lets go of what a body that is still to be sent is read from. */
  readonly release?: Effect.Effect<void>
}

/** The reply with its body read, if that is a small one; one of HTTP comes so. */
const gather = (
  reply: Reply.Reply | HttpReply
): Effect.Effect<Reply.Reply | HttpReply, StoreUnavailable> => {
  if (reply._tag !== "File" && reply._tag !== "Content") return Effect.succeed(reply)
  const { body } = reply
  if ("buffered" in body || body.size > oneWrite) return Effect.succeed(reply)
  return Effect.map(ByteString.collect(body.bytes), (buffered) => ({
    ...reply,
    body: { size: body.size, buffered, part: body.part }
  }))
}

/** The reply to come, which holds a part of the connection's scope until it is released. */
export const settle = Effect.fnUntraced(function* (
  pending: PendingReply,
  connection: Scope.Scope,
  context: ConnectionContext
): Effect.fn.Return<SettledReply> {
  const since = Monotonic.nowUnsafe(context.server.clock)
  const scope = yield* Scope.fork(connection)
  const release = Scope.close(scope, Exit.void)
  const answer: Effect.Effect<Reply.Reply | HttpReply, CommandError, Scope.Scope> = pending
  const reply = yield* Effect.flatMap(answer, gather).pipe(
    Scope.provide(scope),
    Effect.tapErrorTag("StoreUnavailable", (error) => noteFailure(context, error)),
    Effect.catch((error) => Effect.succeed(Reply.error(error)))
  )
  const body = reply._tag === "HttpReply" ? reply.body : Reply.bodyOf(reply)
  if (body !== undefined && "bytes" in body) return { reply, since, release }
  yield* release
  return { reply, since }
})
