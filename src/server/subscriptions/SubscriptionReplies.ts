/**
 * Answers the commands by which a connection follows the changes of the files. Confirmations are messages, so that CLIENT
 * REPLY does not keep them back (networking.c, prepareClientToWrite: CLIENT_PUSHING).
 */
import { Effect } from "effect"
import type { Case, SubscriptionCommand } from "../../commands/Command.ts"
import type * as ByteString from "../../domain/ByteString.ts"
import { BadArgument, ChangesNotFollowed } from "../../domain/Errors.ts"
import * as Reply from "../../domain/Reply.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"
import {
  type Answer,
  longestPattern,
  mostNamed,
  patternTooLong,
  tooManyNamed
} from "../../Router.ts"
import { whileCounted } from "../../telemetry/Stats.ts"
import type { ConnectionContext } from "../ConnectionContext.ts"
import { inputEnded } from "./InputEnd.ts"
import * as PubSub from "./PubSub.ts"
import type { Kind } from "./Registry.ts"
import { Subscriber } from "./Subscriber.ts"

const noReply = Reply.Reply.NoReply()
const none = Reply.Reply.Null()
const notFollowed = Reply.error(new ChangesNotFollowed())
const tooMany = Reply.error(tooManyNamed)
const tooMuch = Reply.error(new BadArgument({ text: sentence("followsEnough") }))

type Names = ReadonlyArray<ByteString.ByteString>

/**
 * Answers XREAD. It waits for a change until the client has gone, and nothing else is answered meanwhile: the connection
 * is counted as one that waits, with the names that its request holds.
 */
const readStreams = (context: ConnectionContext, command: Case<"StreamRead">): Answer => {
  const { peer, server } = context
  return server.router.readStreams(command, (change) =>
    whileCounted(
      server.stats,
      "blockedClients",
      Effect.suspend(() => {
        context.listHeld = command.streams.reduce((sum, { name }) => sum + name.length, 0)
        return Effect.raceFirst(change, inputEnded(peer))
      })
    ).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          context.listHeld = 0
        })
      )
    )
  )
}

const confirmation = (
  word: Reply.Reply,
  name: ByteString.ByteString | undefined,
  count: number
): Reply.Push => [
  word,
  name === undefined ? none : Reply.Reply.Bulk({ value: name }),
  Reply.Reply.Integer({ value: count })
]

const subscribed: Readonly<Record<Kind, Reply.Reply>> = {
  channel: Reply.text("subscribe"),
  pattern: Reply.text("psubscribe"),
  shard: Reply.text("ssubscribe")
}

const subscribe = (context: ConnectionContext, kind: Kind, names: Names): Answer => {
  if (names.length > mostNamed) return tooMany
  if (kind === "pattern" && names.some(({ length }) => length > longestPattern))
    return Reply.error(patternTooLong)
  return context.server.subscriptions.changes.whenStarted(() => follow(context, kind, names))
}

const follow = (context: ConnectionContext, kind: Kind, names: Names): Reply.Reply => {
  const { subscriptions } = context.server
  if (subscriptions.changes.source() === "none") return notFollowed
  const subscriber = context.subscriber ?? new Subscriber(subscriptions)
  if (!subscriber.hasRoom(kind, names)) return tooMuch
  context.subscriber = subscriber
  const pushes = names.map((name) => {
    subscriber.add(kind, name)
    return confirmation(subscribed[kind], name, subscriber.count(kind))
  })
  return Reply.Reply.Pushes({ pushes })
}

const unsubscribed: Readonly<Record<Kind, Reply.Reply>> = {
  channel: Reply.text("unsubscribe"),
  pattern: Reply.text("punsubscribe"),
  shard: Reply.text("sunsubscribe")
}

const unsubscribe = (context: ConnectionContext, kind: Kind, names: Names): Reply.Reply => {
  if (names.length > mostNamed) return tooMany
  const { subscriber } = context
  const word = unsubscribed[kind]
  const all = names.length > 0 ? names : (subscriber?.names(kind) ?? [])
  const pushes = all.map((name) => {
    subscriber?.remove(kind, name)
    return confirmation(word, name, subscriber?.count(kind) ?? 0)
  })
  if (subscriber?.isEmpty === true) context.subscriber = undefined
  return Reply.Reply.Pushes({
    pushes:
      pushes.length > 0 ? pushes : [confirmation(word, undefined, subscriber?.count(kind) ?? 0)]
  })
}

/** What is answered, whether or not replies are wanted. */
const answer = (context: ConnectionContext, command: SubscriptionCommand): Answer => {
  const { registry } = context.server.subscriptions
  switch (command._tag) {
    case "StreamRead":
      return readStreams(context, command)
    case "Subscribe":
      return subscribe(context, "channel", command.channels)
    case "PatternSubscribe":
      return subscribe(context, "pattern", command.patterns)
    case "ShardSubscribe":
      return subscribe(context, "shard", command.channels)
    case "Unsubscribe":
      return unsubscribe(context, "channel", command.channels)
    case "PatternUnsubscribe":
      return unsubscribe(context, "pattern", command.patterns)
    case "ShardUnsubscribe":
      return unsubscribe(context, "shard", command.channels)
    case "PubSubChannels":
      return PubSub.channels(registry, "channel", command.pattern)
    case "PubSubShardChannels":
      return PubSub.channels(registry, "shard", command.pattern)
    case "PubSubCounts":
      return PubSub.counts(registry, "channel", command.channels)
    case "PubSubShardCounts":
      return PubSub.counts(registry, "shard", command.channels)
    case "PubSubPatterns":
      return Reply.Reply.Integer({ value: registry.size("pattern") })
    case "PubSubHelp":
      return PubSub.help
  }
}

/** Answers a command of class `subscription`; where no replies are wanted, with confirmations only. */
export const askSubscription = (
  context: ConnectionContext,
  command: SubscriptionCommand,
  wanted: boolean
): Answer => {
  // A question changes nothing, so one whose reply is not wanted is not asked.
  if (!wanted && (command._tag === "StreamRead" || command._tag.startsWith("PubSub")))
    return noReply
  const told = answer(context, command)
  const kept = (reply: Reply.Reply) => (wanted || reply._tag === "Pushes" ? reply : noReply)
  return Effect.isEffect(told) ? Effect.map(told, kept) : kept(told)
}
