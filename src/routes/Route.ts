/**
 * What a route is, and what routes have in common: reading arguments as text, names and patterns, and the bounds on
 * them. A route that needs no effect returns its reply as it is, for an effect costs more than most replies.
 */
import { Effect, type Scope } from "effect"
import type { Case, TagOf } from "../commands/Command.ts"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError, FileNotFound } from "../domain/Errors.ts"
import * as FileName from "../domain/FileName.ts"
import * as RedisGlob from "../domain/RedisGlob.ts"
import * as Reply from "../domain/Reply.ts"

/** A reply at once, or an effect of one that may hold a file open until its scope closes. */
export type Answer = Reply.Reply | Effect.Effect<Reply.Reply, CommandError, Scope.Scope>

/** A route for each of some queries, and for nothing else. */
export type Routes<T extends TagOf<"query">> = {
  readonly [K in T]: (query: Case<K>) => Answer
}

/** An integer reply. */
export const integer = (value: number): Reply.Reply => Reply.Reply.Integer({ value })

/** A bulk string of these bytes. */
export const bulk = (value: ByteString.ByteString): Reply.Reply => Reply.Reply.Bulk({ value })

/** Patterns match in time that grows with their length; real ones are short. In bytes. */
export const longestPattern = 256
/** Refuses a pattern above `longestPattern`. */
export const patternTooLong = new BadArgument({
  text: `O padrão passa de ${longestPattern} bytes.`
})

/**
 * A reply to a question that names commands, sections or patterns grows with their number; programs name a few, and
 * this many are answered in about 5 ms.
 */
export const mostNamed = 1024
/** Refuses more than `mostNamed`. */
export const tooManyNamed = new BadArgument({ text: `Mais de ${mostNamed} argumentos.` })

/** Work that is shared out: about so many steps, half a millisecond, are done before others get their turn. */
const stepsATurn = 500_000

/** Does `each` with every item in order; `steps` is about what one takes, in nanoseconds. Others get their turn between. */
export const inTurns = <A>(
  items: ReadonlyArray<A>,
  steps: number,
  each: (item: A, index: number) => void
): Effect.Effect<void> => {
  const atOnce = Math.max(1, Math.floor(stepsATurn / steps))
  const from = (start: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const end = Math.min(items.length, start + atOnce)
      for (let index = start; index < end; index++) {
        const item = items[index]
        if (item !== undefined) each(item, index)
      }
      return end < items.length ? Effect.andThen(Effect.yieldNow, from(end)) : Effect.void
    })
  return from(0)
}

/** The text of an argument that must be text. */
export const requireText = (arg: ByteString.ByteString): Effect.Effect<string, BadArgument> => {
  const text = ByteString.toText(arg)
  return text === undefined
    ? Effect.fail(new BadArgument({ text: "O argumento não está em UTF-8." }))
    : Effect.succeed(text)
}

/** An argument that cannot be a file's name names no file. */
export const requireName = (
  arg: ByteString.ByteString
): Effect.Effect<FileName.FileName, FileNotFound> => {
  const name = FileName.fromByteString(arg)
  return name === undefined ? Effect.fail(new FileNotFound()) : Effect.succeed(name)
}

/** A pattern of Redis, not too long. */
export const requireRedisPattern = (
  arg: ByteString.ByteString
): Effect.Effect<RedisGlob.RedisGlob, BadArgument> =>
  arg.length > longestPattern ? Effect.fail(patternTooLong) : Effect.succeed(RedisGlob.make(arg))
