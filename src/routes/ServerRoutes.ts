/** The routes of the queries about the server, its commands and the connection. None uses a file's name. */
import { type Clock as EffectClock, Effect } from "effect"
import type { TagOf } from "../commands/Command.ts"
import * as CommandTable from "../commands/CommandTable.ts"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, Draining, ReadOnlyServer, StoreUnavailable } from "../domain/Errors.ts"
import * as RedisGlob from "../domain/RedisGlob.ts"
import * as Reply from "../domain/Reply.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import type { Changes } from "../services/files/FileChanges.ts"
import type { Clock } from "../services/Clock.ts"
import type { Info } from "../services/Info.ts"
import type { ServerInfo } from "../services/ServerInfo.ts"
import type { Numbers } from "../telemetry/Stats.ts"
import type { FileQuery } from "./FileRoutes.ts"
import type { InspectionQuery } from "./InspectionRoutes.ts"
import type { StreamQuery } from "./StreamRoutes.ts"
import { longestPattern, mostNamed, patternTooLong, type Routes, tooManyNamed } from "./Route.ts"

const refused = Reply.error(tooManyNamed)

const pong = Reply.status("PONG")
const draining = Reply.error(new Draining())
const unreachable = Reply.error(new StoreUnavailable({ cause: undefined }))

/** Which changes of keys are told on channels: all, where the server looks for them (redis.io, Keyspace notifications). */
const notifications = "notify-keyspace-events"
/** Redis's (config.c). */
const badClasses = Reply.error(
  new BadArgument({
    text: sentence("notificationClasses", notifications)
  })
)
const configSetRefused = Reply.error(new ReadOnlyServer({ name: "config|set" }))

/** The parameters of CONFIG GET: those that programs ask for before they begin, such as redis-benchmark. */
const configuration = (
  stats: Numbers,
  changes: Changes
): ReadonlyArray<readonly [name: string, value: string]> => [
  ["appendonly", "no"],
  // Redis's own, by which clients know how far they may fall behind (redis.conf).
  [
    "client-output-buffer-limit",
    "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"
  ],
  ["databases", "1"],
  ["maxclients", String(stats.maxClients)],
  ["maxmemory", "0"],
  ["maxmemory-policy", "noeviction"],
  [notifications, changes.source() === "none" ? "" : "AKE"],
  ["port", String(stats.port)],
  ["save", ""],
  ["timeout", "0"]
]

/** The routes over the clock, the texts and the numbers of the server. */
export const makeServerRoutes = (
  clock: Clock["Service"],
  info: Info["Service"],
  stats: Numbers,
  serverInfo: ServerInfo,
  systemClock: EffectClock.Clock,
  changes: Changes
): Routes<Exclude<TagOf<"query">, FileQuery | InspectionQuery | StreamQuery>> => {
  const infoReply = Reply.text(info.text)
  let timeText = ""
  let timeReply = Reply.text("")

  return {
    Info: () => infoReply,
    Time: () => {
      const now = clock.now()
      // The clock returns the same string for a whole second, so the reply is the same object too.
      if (now !== timeText) {
        timeText = now
        timeReply = Reply.text(now)
      }
      return timeReply
    },
    Ping: ({ message }) => {
      if (stats.draining) return draining
      if (!stats.storeReachable) return unreachable
      return message === undefined ? pong : Reply.Reply.Bulk({ value: message })
    },
    Echo: ({ message }) => Reply.Reply.Bulk({ value: message }),
    UnixTime: () => {
      const microseconds = systemClock.currentTimeNanosUnsafe() / 1000n
      return Reply.Reply.List({
        items: [microseconds / 1_000_000n, microseconds % 1_000_000n].map((part) =>
          Reply.text(String(part))
        )
      })
    },
    ServerInfo: ({ sections }) =>
      sections.length > mostNamed
        ? refused
        : Effect.map(serverInfo.describe(sections.map(ByteString.toTextLossy)), Reply.text),
    ConfigGet: ({ patterns }) => {
      if (patterns.length > mostNamed) return refused
      if (patterns.some(({ length }) => length > longestPattern)) return Reply.error(patternTooLong)
      const globs = patterns.map((pattern) =>
        RedisGlob.make(ByteString.unsafe(pattern.toLowerCase()))
      )
      return Reply.dictionary(
        configuration(stats, changes)
          .filter(([name]) =>
            globs.some((glob) => RedisGlob.match(glob, ByteString.fromText(name)))
          )
          .map(([name, value]) => [name, Reply.text(value)] as const)
      )
    },
    ConfigSet: ({ parameter, values: [value, ...others] }) => {
      if (parameter.toLowerCase() !== notifications || others.length > 0) return configSetRefused
      return /^[Ag$lshzxeKEtmdn]*$/.test(value) ? Reply.ok : badClasses
    },
    Help: () => CommandTable.help,
    ConfigHelp: () => CommandTable.helpOf("config"),
    CommandList: () => CommandTable.all,
    CommandCount: () => CommandTable.count,
    CommandNames: () => CommandTable.names,
    CommandInfo: ({ names }) => (names.length > mostNamed ? refused : CommandTable.infoOf(names)),
    CommandDocs: ({ names }) =>
      names.length > mostNamed ? refused : CommandTable.documentationOf(names),
    CommandHelp: () => CommandTable.helpOf("command"),
    ClientHelp: () => CommandTable.helpOf("client")
  }
}
