/**
 * The type of a route, and what routes share: decoding arguments as text, names and patterns, with their bounds. A route
 * that needs no effect returns its reply directly, because an effect costs more than most replies.
 */
import { Effect, type Scope } from "effect"
import type { Case, TagOf } from "../commands/Command.ts"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError, FileNotFound } from "../domain/Errors.ts"
import * as FileName from "../domain/FileName.ts"
import * as RedisGlob from "../domain/RedisGlob.ts"
import * as Reply from "../domain/Reply.ts"
import { sentence } from "../domain/sentences/Sentence.ts"

/** A reply, or an effect of one that may keep a file open until its scope closes. It fails with the error to reply with. */
export type Answer = Reply.Reply | Effect.Effect<Reply.Reply, CommandError, Scope.Scope>

/** One route for each of these queries. */
export type Routes<T extends TagOf<"query">> = {
  readonly [K in T]: (query: Case<K>) => Answer
}

/** An integer reply. */
export const integer = (value: number): Reply.Reply => Reply.Reply.Integer({ value })

/** A bulk string of these bytes. */
export const bulk = (value: ByteString.ByteString): Reply.Reply => Reply.Reply.Bulk({ value })

/** The longest pattern, in bytes: the time to match grows with the length, and patterns of people are short. */
export const longestPattern = 256
/** The error of a pattern longer than `longestPattern`. */
export const patternTooLong = new BadArgument({
  text: sentence("patternTooLong", longestPattern)
})

/**
 * The most commands, sections or patterns that one query may name, because its reply grows with their number. Programs
 * name a few, and this many are answered in about 5 ms.
 */
export const mostNamed = 1024
/** The error of a query that names more than `mostNamed`. */
export const tooManyNamed = new BadArgument({ text: sentence("tooManyNamed", mostNamed) })

/** How many names are looked up before yielding to other fibers: each takes one or two system calls. */
const lookUpsPerTurn = 32

/** Yields to other fibers where the look-up with this index was the last of a turn. */
export const turnAfter = (index: number): Effect.Effect<void> =>
  index % lookUpsPerTurn === lookUpsPerTurn - 1 ? Effect.yieldNow : Effect.void

/** How long `inTurns` works before it yields to other fibers, in nanoseconds: half a millisecond. */
const turn = 500_000

/** Calls `each` with every item, in order, and yields to other fibers in between. `cost` is about the time of one call, in nanoseconds. */
export const inTurns = <A>(
  items: ReadonlyArray<A>,
  cost: number,
  each: (item: A) => void
): Effect.Effect<void> => {
  const callsPerTurn = Math.max(1, Math.floor(turn / cost))
  const from = (start: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const end = Math.min(items.length, start + callsPerTurn)
      for (let index = start; index < end; index++) {
        const item = items[index]
        if (item !== undefined) each(item)
      }
      return end < items.length ? Effect.andThen(Effect.yieldNow, from(end)) : Effect.void
    })
  return from(0)
}

/** The text of an argument; fails where it is not UTF-8. */
export const requireText = (arg: ByteString.ByteString): Effect.Effect<string, BadArgument> => {
  const text = ByteString.toText(arg)
  return text === undefined
    ? Effect.fail(new BadArgument({ text: sentence("notUtf8") }))
    : Effect.succeed(text)
}

/** The file's name in an argument; fails with FileNotFound where it is not a valid name. */
export const requireName = (
  arg: ByteString.ByteString
): Effect.Effect<FileName.FileName, FileNotFound> => {
  const name = FileName.fromByteString(arg)
  return name === undefined ? Effect.fail(new FileNotFound()) : Effect.succeed(name)
}

/** The pattern of Redis in an argument; fails where it is too long. */
export const requireRedisPattern = (
  arg: ByteString.ByteString
): Effect.Effect<RedisGlob.RedisGlob, BadArgument> =>
  arg.length > longestPattern ? Effect.fail(patternTooLong) : Effect.succeed(RedisGlob.make(arg))
