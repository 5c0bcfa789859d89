/**
 * What each command asks of the services: the table of routes. A route that needs no effect returns its reply as it
 * is, for an effect costs more than most replies. Connections are not known here.
 */
import { Context, Effect, Glob, Layer, type Scope } from "effect"
import { Query } from "./domain/Command.ts"
import {
  BadArgument,
  type CommandError,
  FileChanged,
  FileNotFound,
  RangeNotSatisfiable
} from "./domain/Errors.ts"
import * as FileName from "./domain/FileName.ts"
import { entries } from "./domain/Grammar.ts"
import * as Reply from "./domain/Reply.ts"
import * as Word from "./domain/Word.ts"
import { Clock } from "./services/Clock.ts"
import { Digests } from "./services/Digests.ts"
import { FileStore, type OpenFile } from "./services/FileStore.ts"
import { Info } from "./services/Info.ts"

/** A reply at once, or an effect of one that may hold a file open until its scope closes. */
export type Answer = Reply.Reply | Effect.Effect<Reply.Reply, CommandError, Scope.Scope>

type Routes = {
  readonly [T in Query["_tag"]]: (query: Extract<Query, { readonly _tag: T }>) => Answer
}

/** Patterns match in time that grows with their length; real ones are short. In bytes. */
const longestPattern = 256

/** One list has at most this many names: about 5 MB, and 50 ms of everybody's time to write. */
const mostNames = 100_000

const limitTooLarge = new BadArgument({ text: `LIMITE vai até ${mostNames}.` })
const tooManyNames = new BadArgument({
  text: `Mais de ${mostNames} nomes: peça em partes, com LIMITE n e depois APOS o último nome.`
})

/** Alternatives in braces could multiply a pattern beyond measure, so braces stand for themselves. */
const escapeBraces = (pattern: string): string =>
  pattern.replace(/\\.|[{}]/gs, (found) => (found.length > 1 ? found : `\\${found}`))

/** The text of an argument that must be text. */
const requireText = (word: Word.Word): Effect.Effect<string, BadArgument> => {
  const text = Word.toText(word)
  return text === undefined
    ? Effect.fail(new BadArgument({ text: "O argumento não está em UTF-8." }))
    : Effect.succeed(text)
}

/** A word that cannot be a file's name names no file. */
const requireName = (word: Word.Word): Effect.Effect<FileName.FileName, FileNotFound> => {
  const name = FileName.fromWord(word)
  return name === undefined ? Effect.fail(new FileNotFound()) : Effect.succeed(name)
}

const requirePattern = (word: Word.Word): Effect.Effect<Glob.Glob, BadArgument> =>
  word.length > longestPattern
    ? Effect.fail(new BadArgument({ text: `O padrão passa de ${longestPattern} bytes.` }))
    : Effect.map(requireText(word), (pattern) =>
        Glob.make(escapeBraces(pattern), { dot: true })
      )

const requireVersion = (
  file: OpenFile,
  version: Word.Word | undefined
): Effect.Effect<void, FileChanged> =>
  version === undefined || version === file.version ? Effect.void : Effect.fail(new FileChanged())

/** The part of a file that GETRANGE asks for, as Redis computes it (redis.io, GETRANGE). */
const redisRange = (
  size: number,
  first: number,
  last: number
): readonly [start: number, length: number] => {
  const start = Math.max(0, first < 0 ? size + first : first)
  const end = Math.min(size - 1, last < 0 ? size + last : last)
  return start > end ? [0, 0] : [start, end - start + 1]
}

const body = (file: OpenFile, start: number, length: number): Reply.Body => ({
  size: length,
  bytes: file.read(start, length)
})

/** `reply` where there is no such file, for the verbs of Redis that have no error for that. */
const orIfAbsent =
  (reply: Reply.Reply) =>
  <R>(
    answer: Effect.Effect<Reply.Reply, CommandError, R>
  ): Effect.Effect<Reply.Reply, CommandError, R> =>
    Effect.catchTag(answer, "FileNotFound", () => Effect.succeed(reply))

const integer = (value: number): Reply.Reply => Reply.Reply.Integer({ value })
const missing = Reply.Reply.Null()
const empty = Reply.text("")
const pong = Reply.status("PONG")

/** `[name, arity, flags, first key, last key, step, …]`, of which only name and arity say something here (redis.io, COMMAND). */
const commandList = Reply.Reply.List({
  items: entries.map(({ arity: [least, most], name }) =>
    Reply.Reply.List({
      items: [
        Reply.text(name),
        integer(least === most ? least + 1 : -(least + 1)),
        Reply.Reply.List({ items: [Reply.status("readonly")] }),
        integer(0),
        integer(0),
        integer(0),
        Reply.Reply.List({ items: [] }),
        Reply.Reply.List({ items: [] }),
        Reply.Reply.List({ items: [] }),
        Reply.Reply.List({ items: [] })
      ]
    })
  )
})

const routes = (
  store: FileStore["Service"],
  digests: Digests["Service"],
  clock: Clock["Service"],
  info: Info["Service"]
): Routes => {
  const open = (word: Word.Word) => Effect.flatMap(requireName(word), store.open)
  const describe = (word: Word.Word) => Effect.flatMap(requireName(word), store.describe)
  const exists = (word: Word.Word) =>
    Effect.as(describe(word), true).pipe(
      Effect.catchTag("FileNotFound", () => Effect.succeed(false))
    )
  const infoReply = Reply.text(info.text)

  return {
    Info: () => infoReply,
    Time: () => Reply.Reply.Bulk({ value: Word.unsafe(clock.now()) }),
    List: ({ after, limit, pattern }) =>
      Effect.gen(function* () {
        if (limit !== undefined && limit > mostNames) return yield* limitTooLarge
        const names = yield* store.list({
          pattern: pattern === undefined ? undefined : yield* requirePattern(pattern),
          after: after === undefined ? undefined : yield* requireText(after),
          limit: limit ?? mostNames + 1
        })
        if (names.length > mostNames) return yield* tooManyNames
        return Reply.Reply.List({ items: names.map(Reply.text) })
      }),
    SendFile: ({ length, name, start, version }) =>
      Effect.gen(function* () {
        const file = yield* open(name)
        yield* requireVersion(file, version)
        if (start > file.size) return yield* new RangeNotSatisfiable({ size: file.size })
        const rest = file.size - start
        return Reply.Reply.File({ name, body: body(file, start, Math.min(rest, length ?? rest)) })
      }),
    Describe: ({ name }) =>
      Effect.map(describe(name), ({ modified, size, version }) =>
        Reply.Reply.Dictionary({
          entries: [
            [Word.fromText("nome"), Reply.Reply.Bulk({ value: name })],
            [Word.fromText("tamanho"), integer(size)],
            [Word.fromText("modificado"), Reply.text(new Date(modified).toISOString())],
            [Word.fromText("versao"), Reply.text(version)]
          ]
        })
      ),
    Digest: ({ name, version }) =>
      Effect.gen(function* () {
        const wanted = version === undefined ? undefined : yield* requireText(version)
        return Reply.text(yield* digests.of(yield* requireName(name), wanted))
      }),
    Get: ({ name }) =>
      Effect.map(open(name), (file) =>
        Reply.Reply.Content({ body: body(file, 0, file.size) })
      ).pipe(orIfAbsent(missing)),
    GetRange: ({ first, last, name }) =>
      Effect.map(open(name), (file) =>
        Reply.Reply.Content({ body: body(file, ...redisRange(file.size, first, last)) })
      ).pipe(orIfAbsent(empty)),
    StringLength: ({ name }) =>
      Effect.map(describe(name), ({ size }) => integer(size)).pipe(orIfAbsent(integer(0))),
    Exists: ({ names }) =>
      Effect.map(Effect.forEach(names, exists), (found) =>
        integer(found.filter((one) => one).length)
      ),
    Ping: ({ message }) => (message === undefined ? pong : Reply.Reply.Bulk({ value: message })),
    Echo: ({ message }) => Reply.Reply.Bulk({ value: message }),
    CommandList: () => commandList
  }
}

/** Answers the commands that every connection asks alike. */
export class Router extends Context.Service<
  Router,
  { readonly answer: (query: Query) => Answer }
>()("sockets/Router") {
  /** The routes over the services. */
  static readonly layer = Layer.effect(
    Router,
    Effect.gen(function* () {
      const table = routes(yield* FileStore, yield* Digests, yield* Clock, yield* Info)
      return { answer: (query) => Query.match(query, table) }
    })
  ).pipe(Layer.provide(Digests.layer))
}
