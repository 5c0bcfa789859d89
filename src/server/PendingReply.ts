/** Runs answers that are effects. Encoding their replies: ReplyBatch; sending them: ReplyWriter. */
import { Effect, Exit, Scope } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { CommandError, StoreUnavailable } from "../domain/Errors.ts"
import { bufferSize } from "../domain/BufferSize.ts"
import * as Reply from "../domain/Reply.ts"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import type { Answer } from "../Router.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import type { HttpAnswer } from "./ServerContext.ts"
import { observe } from "../telemetry/Histogram.ts"
import { noteFailure } from "./TransferLog.ts"

/** An answer that is an effect, and may hold a file open. */
export type PendingReply = Exclude<Answer, Reply.Reply> | Exclude<HttpAnswer, HttpReply>

/** A reply, and the resources that it holds. */
export interface SettledReply {
  readonly reply: Reply.Reply | HttpReply
  /** When it was asked for, by Monotonic, in milliseconds; now, unless given. */
  readonly since?: number
  /** Closes the file from which a streamed body is read. */
  readonly release?: Effect.Effect<void>
}

/** The reply with its body read into memory, if that has at most `bufferSize` bytes; a reply of HTTP is returned as it is. */
const buffer = (
  reply: Reply.Reply | HttpReply
): Effect.Effect<Reply.Reply | HttpReply, StoreUnavailable> => {
  if (reply._tag !== "File" && reply._tag !== "Content") return Effect.succeed(reply)
  const { body } = reply
  if ("buffered" in body || body.size > bufferSize) return Effect.succeed(reply)
  return Effect.map(ByteString.collect(body.bytes), (buffered) => ({
    ...reply,
    body: { size: body.size, buffered, part: body.part }
  }))
}

/** Counts the transfer of a streamed body; the HTTP face has counted its own. */
const count =
  ({ server }: ConnectionContext) =>
  <R extends Reply.Reply | HttpReply>(
    reply: R
  ): Effect.Effect<R, StoreUnavailable, Scope.Scope> => {
    const body = reply._tag === "HttpReply" ? undefined : Reply.bodyOf(reply)
    return body !== undefined && "bytes" in body
      ? Effect.as(server.limiter.transfer, reply)
      : Effect.succeed(reply)
  }

/** Runs an answer; errors become error replies. What a streamed body holds is released by `release`, at the latest with the connection's scope. */
export const settle = Effect.fnUntraced(function* (
  pending: PendingReply,
  connection: Scope.Scope,
  context: ConnectionContext
): Effect.fn.Return<SettledReply> {
  const since = Monotonic.nowUnsafe(context.server.clock)
  const scope = yield* Scope.fork(connection)
  const release = Scope.close(scope, Exit.void)
  const answer: Effect.Effect<Reply.Reply | HttpReply, CommandError, Scope.Scope> = pending
  const reply = yield* Effect.flatMap(answer, buffer).pipe(
    Effect.flatMap(count(context)),
    Scope.provide(scope),
    Effect.tapErrorTag("StoreUnavailable", (error) => noteFailure(context, error)),
    Effect.catch((error) => Effect.succeed(Reply.error(error)))
  )
  if (reply._tag === "HttpReply" && reply.bytes !== undefined) return { reply, since, release }
  const body = reply._tag === "HttpReply" ? undefined : Reply.bodyOf(reply)
  if (body !== undefined && "bytes" in body) return { reply, since, release }
  yield* release
  const { clock, stats } = context.server
  observe(stats.durations, (Monotonic.nowUnsafe(clock) - since) / 1000)
  return { reply, since }
})
