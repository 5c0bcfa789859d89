/**
 * A connection of RESP 2 that follows something can tell a message from a reply by nothing but its shape, so that it may
 * ask little else (server.c, processCommand). In RESP 3, which has a type for messages, it may ask everything.
 */
import type { Request } from "../../codec/Codec.ts"
import { type Case, isTag, type Tag, wireName } from "../../commands/Command.ts"
import { BadArgument, ReadOnlyServer, UnsupportedProtocol } from "../../domain/Errors.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as Reply from "../../domain/Reply.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"

const allowed: ReadonlySet<string> = new Set(
  (
    [
      "Subscribe",
      "PatternSubscribe",
      "ShardSubscribe",
      "Unsubscribe",
      "PatternUnsubscribe",
      "ShardUnsubscribe",
      "Reset",
      "Quit",
      "Close"
    ] as const satisfies ReadonlyArray<Tag>
  ).map(wireName)
)

/** The command that a request names, as its subcommand is told; `undefined` where it names none, or not well enough. */
const nameOf = (request: Request): string | undefined => {
  if (request instanceof ReadOnlyServer) return request.name
  if (request instanceof BadArgument) return request.command
  if (request instanceof UnsupportedProtocol) return "hello"
  return isTag(request._tag) ? wireName(request._tag) : undefined
}

const pong = Reply.text("pong")
const empty = ByteString.unsafe("")

/** The answer to PING in this mode. */
export const subscribedPong = ({ message = empty }: Case<"Ping">): Reply.Reply =>
  Reply.Reply.List({ items: [pong, Reply.Reply.Bulk({ value: message })] })

/**
 * The refusal of a request in this mode; `undefined` where it is answered as ever. Unknown commands and wrong numbers of
 * arguments are found before, wrong arguments after.
 */
export const refuseSubscribed = (request: Request): Reply.Reply | undefined => {
  const name = nameOf(request)
  if (name === undefined || allowed.has(name)) return undefined
  // server.c, rejectCommandFormat.
  return name === "exec"
    ? Reply.refusal("EXECABORT", sentence("subscribedExec"))
    : Reply.error(new BadArgument({ text: sentence("subscribed", name.replace(" ", "|")) }))
}
