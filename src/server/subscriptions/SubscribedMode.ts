/**
 * A connection of RESP 2 that follows something can tell a message from a reply by nothing but its shape, so that it may
 * ask little else (server.c, processCommand). In RESP 3, which has a type for messages, it may ask everything.
 */
import type { Request } from "../../codec/Codec.ts"
import { isTag, type Tag, wireName } from "../../commands/Command.ts"
import { BadArgument, ReadOnlyServer } from "../../domain/Errors.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as Reply from "../../domain/Reply.ts"

const allowed: ReadonlySet<string> = new Set<Tag>([
  "Subscribe",
  "PatternSubscribe",
  "ShardSubscribe",
  "Unsubscribe",
  "PatternUnsubscribe",
  "ShardUnsubscribe",
  "Reset",
  "Quit",
  "Close"
])

const refusal = (name: string): Reply.Reply =>
  Reply.error(
    new BadArgument({
      text:
        `Can't execute '${name.replace(" ", "|")}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET `
        + "are allowed in this context"
    })
  )

const pong = Reply.text("pong")
const empty = ByteString.unsafe("")

/** The answer to a request in this mode; `undefined` where it is answered as ever, as unknown commands are. */
export const answerSubscribed = (request: Request): Reply.Reply | undefined => {
  if (request instanceof ReadOnlyServer) return refusal(request.name)
  if (!isTag(request._tag) || allowed.has(request._tag)) return undefined
  if (request._tag !== "Ping") return refusal(wireName(request._tag))
  const { message = empty } = request
  return Reply.Reply.List({ items: [pong, Reply.Reply.Bulk({ value: message })] })
}
