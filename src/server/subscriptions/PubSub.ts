/** Answers PUBSUB: which channels are followed, and by how many connections of this server. */
import { Effect } from "effect"
import type * as ByteString from "../../domain/ByteString.ts"
import { BadArgument } from "../../domain/Errors.ts"
import * as RedisGlob from "../../domain/RedisGlob.ts"
import * as Reply from "../../domain/Reply.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"
import {
  type Answer,
  bulk,
  integer,
  longestPattern,
  mostNamed,
  patternTooLong,
  tooManyNamed
} from "../../Router.ts"
import type { Kind, Registry } from "./Registry.ts"

/** The most channels in one reply. */
const mostChannels = 100_000
const tooManyChannels = new BadArgument({ text: sentence("tooManyChannels", mostChannels) })

/** How many names are matched before yielding to other fibers. */
const namesPerTurn = 128

/** The channels that are followed, of those that the pattern matches. */
export const channels = (
  registry: Registry,
  kind: Kind,
  pattern: ByteString.ByteString | undefined
): Answer => {
  if (pattern !== undefined && pattern.length > longestPattern) return Reply.error(patternTooLong)
  const glob = pattern === undefined ? undefined : RedisGlob.make(pattern)
  return Effect.gen(function* () {
    const items: Array<Reply.Reply> = []
    let looked = 0
    for (const name of registry.names(kind)) {
      if (glob === undefined || RedisGlob.match(glob, name)) items.push(bulk(name))
      if (items.length > mostChannels) return yield* tooManyChannels
      if (++looked % namesPerTurn === 0) yield* Effect.yieldNow
    }
    return Reply.Reply.List({ items })
  })
}

/** Each name, and by how many connections it is followed. */
export const counts = (
  registry: Registry,
  kind: Kind,
  names: ReadonlyArray<ByteString.ByteString>
): Reply.Reply =>
  names.length > mostNamed
    ? Reply.error(tooManyNamed)
    : Reply.Reply.List({
        items: names.flatMap((name) => [bulk(name), integer(registry.count(kind, name))])
      })

/** PUBSUB HELP, as redis-server 7.0.15 has it. */
export const help: Reply.Reply = Reply.Reply.List({
  items: [
    "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "CHANNELS [<pattern>]",
    "    Return the currently active channels matching a <pattern> (default: '*').",
    "NUMPAT",
    "    Return number of subscriptions to patterns.",
    "NUMSUB [<channel> ...]",
    "    Return the number of subscribers for the specified channels, excluding",
    "    pattern subscriptions(default: no channels).",
    "SHARDCHANNELS [<pattern>]",
    "    Return the currently active shard level channels matching a <pattern> (default: '*').",
    "SHARDNUMSUB [<shardchannel> ...]",
    "    Return the number of subscribers for the specified shard level channel(s)",
    "HELP",
    "    Prints this help."
  ].map(Reply.status)
})
