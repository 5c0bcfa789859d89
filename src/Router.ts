/**
 * What each command asks of the services: the table of routes. A route that needs no effect returns its reply as it
 * is, for an effect costs more than most replies. Connections are not known here.
 */
import {
  Clock as EffectClock,
  Context,
  Effect,
  Glob,
  Layer,
  Random,
  type Scope,
  Stream
} from "effect"
import type { Case, Query, TagOf } from "./commands/Command.ts"
import {
  BadArgument,
  type CommandError,
  Draining,
  FileChanged,
  FileNotFound,
  RangeNotSatisfiable,
  StoreUnavailable
} from "./domain/Errors.ts"
import * as FileName from "./domain/FileName.ts"
import * as CommandTable from "./commands/CommandTable.ts"
import * as RedisGlob from "./domain/RedisGlob.ts"
import * as Reply from "./domain/Reply.ts"
import { type Numbers, Stats } from "./telemetry/Stats.ts"
import * as ByteString from "./domain/ByteString.ts"
import { Clock } from "./services/Clock.ts"
import { DigestCache } from "./services/files/DigestCache.ts"
import {
  type FileDetails,
  FileStore,
  type OpenFile,
  type WholeFile
} from "./services/files/FileStore.ts"
import { Info } from "./services/Info.ts"
import { makeTopNames } from "./services/files/TopNames.ts"
import { anyMark, makeScan, type Scan } from "./services/files/Scan.ts"
import { makeServerInfo, type ServerInfo } from "./services/ServerInfo.ts"

/** A reply at once, or an effect of one that may hold a file open until its scope closes. */
export type Answer = Reply.Reply | Effect.Effect<Reply.Reply, CommandError, Scope.Scope>

type Routes = { readonly [T in TagOf<"query">]: (query: Case<T>) => Answer }

/** Patterns match in time that grows with their length; real ones are short. In bytes. */
const longestPattern = 256
const patternTooLong = new BadArgument({ text: `O padrão passa de ${longestPattern} bytes.` })

/** One list has at most this many names: about 5 MB, and 50 ms of everybody's time to write. */
const mostNames = 100_000

const limitTooLarge = new BadArgument({ text: `LIMITE vai até ${mostNames}.` })
const tooManyNames = new BadArgument({
  text: `Mais de ${mostNames} nomes: peça em partes, com LIMITE n e depois APOS o último nome.`
})

/** Names made into replies at a time, before others get their turn; about 1 ms. */
const namesAtOnce = 5000

const nameList = Effect.fnUntraced(function* (names: ReadonlyArray<FileName.FileName>) {
  const items: Array<Reply.Reply> = []
  for (const name of names) {
    items.push(Reply.text(name))
    if (items.length % namesAtOnce === 0) yield* Effect.yieldNow
  }
  return Reply.Reply.List({ items })
})

/** Alternatives in braces could multiply a pattern beyond measure, so braces stand for themselves. */
const escapeBraces = (pattern: string): string =>
  pattern.replace(/\\.|[{}]/gs, (found) => (found.length > 1 ? found : `\\${found}`))

/** The text of an argument that must be text. */
const requireText = (word: ByteString.ByteString): Effect.Effect<string, BadArgument> => {
  const text = ByteString.toText(word)
  return text === undefined
    ? Effect.fail(new BadArgument({ text: "O argumento não está em UTF-8." }))
    : Effect.succeed(text)
}

/** A word that cannot be a file's name names no file. */
const requireName = (
  word: ByteString.ByteString
): Effect.Effect<FileName.FileName, FileNotFound> => {
  const name = FileName.fromWord(word)
  return name === undefined ? Effect.fail(new FileNotFound()) : Effect.succeed(name)
}

const requirePattern = (word: ByteString.ByteString): Effect.Effect<Glob.Glob, BadArgument> =>
  word.length > longestPattern
    ? Effect.fail(patternTooLong)
    : Effect.map(requireText(word), (pattern) => Glob.make(escapeBraces(pattern), { dot: true }))

/** The part of a file that GETRANGE asks for, as Redis computes it (t_string.c, getrangeCommand). */
const redisRange = (
  size: number,
  first: number,
  last: number
): readonly [start: number, length: number] => {
  if (first < 0 && last < 0 && first > last) return [0, 0]
  const start = Math.max(0, first < 0 ? size + first : first)
  const end = Math.min(size - 1, Math.max(0, last < 0 ? size + last : last))
  return start > end ? [0, 0] : [start, end - start + 1]
}

/** A file that can be sent: held in memory, or open. */
type Source = WholeFile | OpenFile

const isBuffered = (
  file: Source
): file is WholeFile | (OpenFile & { readonly content: ByteString.ByteString }) =>
  file.content !== undefined

const body = (
  name: ByteString.ByteString,
  file: Source,
  start: number,
  length: number
): Reply.Body => {
  const part = { name, start }
  return isBuffered(file)
    ? { size: length, buffered: ByteString.unsafe(file.content.slice(start, start + length)), part }
    : { size: length, bytes: file.read(start, length), part }
}

const content = (
  name: ByteString.ByteString,
  file: Source,
  start: number,
  length: number
): Reply.Reply => Reply.Reply.Content({ body: body(name, file, start, length) })

const changed = Reply.error(new FileChanged())

/** The part of the file that SendFile asks for, of the version that it asks for. */
const sendFile =
  ({ length, name, start, version }: Case<"SendFile">) =>
  (file: Source): Reply.Reply => {
    if (version !== undefined && version !== file.version) return changed
    if (start > file.size) return Reply.error(new RangeNotSatisfiable({ size: file.size }))
    const rest = file.size - start
    return Reply.Reply.File({ name, body: body(name, file, start, Math.min(rest, length ?? rest)) })
  }

const describeFile =
  (name: ByteString.ByteString) =>
  ({ modified, size, version }: FileDetails): Reply.Reply =>
    Reply.Reply.Dictionary({
      entries: [
        [ByteString.fromText("nome"), bulk(name)],
        [ByteString.fromText("tamanho"), integer(size)],
        [ByteString.fromText("modificado"), Reply.text(new Date(modified).toISOString())],
        [ByteString.fromText("versao"), Reply.text(version)]
      ]
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
const draining = Reply.error(new Draining())
const unreachable = Reply.error(new StoreUnavailable({ cause: undefined }))

/** MGET answers with at most this much at once, for it is held in memory; GET sends files of any size. In bytes. */
const mostTogether = 16 * 1024 * 1024

const tooMuchTogether = new BadArgument({
  text: `MGET vai até ${mostTogether} bytes ao todo; use GET para arquivos maiores.`
})
const tooManyKeys = new BadArgument({
  text: `Mais de ${mostNames} nomes: use SCAN, ou um padrão mais estreito.`
})

const requireRedisPattern = (
  word: ByteString.ByteString
): Effect.Effect<RedisGlob.RedisGlob, BadArgument> =>
  word.length > longestPattern ? Effect.fail(patternTooLong) : Effect.succeed(RedisGlob.make(word))

const bulk = (value: ByteString.ByteString): Reply.Reply => Reply.Reply.Bulk({ value })

const contentOf = (file: Source): Effect.Effect<ByteString.ByteString, StoreUnavailable> =>
  isBuffered(file) ? Effect.succeed(file.content) : ByteString.collect(file.read(0, file.size))

const typeString = Reply.status("string")
const typeNone = Reply.status("none")

/** What CONFIG GET knows: what programs ask for before they begin, redis-benchmark among them. */
const configuration = (stats: Numbers): ReadonlyArray<readonly [name: string, value: string]> => [
  ["appendonly", "no"],
  ["databases", "1"],
  ["maxclients", String(stats.maxClients)],
  ["maxmemory", "0"],
  ["maxmemory-policy", "noeviction"],
  ["port", String(stats.port)],
  ["save", ""],
  ["timeout", "0"]
]

const routes = (
  store: FileStore["Service"],
  digests: DigestCache["Service"],
  clock: Clock["Service"],
  info: Info["Service"],
  stats: Numbers,
  serverInfo: ServerInfo,
  scan: Scan,
  systemClock: EffectClock.Clock
): Routes => {
  const getIfPresent = (word: ByteString.ByteString) => {
    const name = FileName.fromWord(word)
    return name === undefined ? undefined : store.getIfPresent(name)
  }
  const open = (word: ByteString.ByteString) => Effect.flatMap(requireName(word), store.open)
  const describe = (word: ByteString.ByteString) =>
    Effect.flatMap(requireName(word), store.describe)
  /** Answers with what `reply` makes of a file: at once if the store can, else when `ask` has it. */
  const answerWith =
    <F, R>(ask: (word: ByteString.ByteString) => Effect.Effect<F, CommandError, R>) =>
    (
      word: ByteString.ByteString,
      reply: (file: F | WholeFile) => Reply.Reply,
      absent?: Reply.Reply
    ) => {
      const file = getIfPresent(word)
      if (file !== undefined) return reply(file)
      const answer = Effect.map(ask(word), reply)
      return absent === undefined ? answer : orIfAbsent(absent)(answer)
    }
  const withFile = answerWith(open)
  const withDetails = answerWith(describe)
  const exists = (word: ByteString.ByteString) =>
    Effect.suspend(() =>
      getIfPresent(word) === undefined
        ? Effect.as(describe(word), true).pipe(
            Effect.catchTag("FileNotFound", () => Effect.succeed(false))
          )
        : Effect.succeed(true)
    )
  const infoReply = Reply.text(info.text)
  let timeText = ""
  let timeReply = empty

  return {
    Info: () => infoReply,
    Time: () => {
      const now = clock.now()
      // The clock's text is one and the same string for all of a second, and so is the reply.
      if (now !== timeText) {
        timeText = now
        timeReply = Reply.text(now)
      }
      return timeReply
    },
    List: ({ after, limit, pattern }) =>
      Effect.gen(function* () {
        if (limit !== undefined && limit > mostNames) return yield* limitTooLarge
        const names = yield* store.list({
          pattern: pattern === undefined ? undefined : yield* requirePattern(pattern),
          after: after === undefined ? undefined : yield* requireText(after),
          limit: limit ?? mostNames + 1
        })
        if (names.length > mostNames) return yield* tooManyNames
        return yield* nameList(names)
      }),
    SendFile: (query) => withFile(query.name, sendFile(query)),
    Describe: ({ name }) => withDetails(name, describeFile(name)),
    Digest: ({ name, version }) => {
      const file = getIfPresent(name)
      if (file !== undefined) {
        return version === undefined || version === file.version
          ? bulk(ByteString.unsafe(file.sha256))
          : changed
      }
      return Effect.gen(function* () {
        const wanted = version === undefined ? undefined : yield* requireText(version)
        return Reply.text(yield* digests.of(yield* requireName(name), wanted))
      })
    },
    Get: ({ name }) => withFile(name, (file) => content(name, file, 0, file.size), missing),
    GetRange: ({ first, last, name }) =>
      withFile(name, (file) => content(name, file, ...redisRange(file.size, first, last)), empty),
    StringLength: ({ name }) => withDetails(name, ({ size }) => integer(size), integer(0)),
    Exists: ({ names }) =>
      Effect.map(Effect.forEach(names, exists), (found) =>
        integer(found.filter((one) => one).length)
      ),
    Ping: ({ message }) => {
      if (stats.draining) return draining
      if (!stats.storeReachable) return unreachable
      return message === undefined ? pong : Reply.Reply.Bulk({ value: message })
    },
    Echo: ({ message }) => Reply.Reply.Bulk({ value: message }),
    MultiGet: ({ names }) =>
      Effect.gen(function* () {
        const contents: Array<Reply.Reply> = []
        let size = 0
        const read = Effect.fnUntraced(function* (name: ByteString.ByteString) {
          const file = getIfPresent(name) ?? (yield* open(name))
          size += file.size
          return size > mostTogether ? yield* tooMuchTogether : bulk(yield* contentOf(file))
        })
        // One after the other: one file is open at a time, and none is read beyond the bound.
        for (const name of names) {
          contents.push(yield* Effect.scoped(read(name)).pipe(orIfAbsent(missing)))
        }
        return Reply.Reply.List({ items: contents })
      }),
    Keys: ({ pattern }) =>
      Effect.gen(function* () {
        const glob = yield* requireRedisPattern(pattern)
        const found = makeTopNames(mostNames + 1)
        yield* Stream.runForEachArray(store.names, (names) =>
          Effect.sync(() => {
            for (const name of names)
              if (RedisGlob.match(glob, ByteString.fromText(name))) found.add(name)
          })
        )
        const names = found.take()
        if (names.length > mostNames) return yield* tooManyKeys
        return yield* nameList(names)
      }),
    Scan: ({ count, cursor, pattern, type }) =>
      Effect.gen(function* () {
        const glob = pattern === undefined ? undefined : yield* requireRedisPattern(pattern)
        const page = yield* scan.page(cursor, Math.min(count, mostNames))
        // Every file is what Redis calls a string.
        const names = type === undefined || type.toLowerCase() === "string" ? page.names : []
        return Reply.Reply.List({
          items: [
            Reply.text(String(page.cursor)),
            Reply.Reply.List({
              items: names
                .map(ByteString.fromText)
                .filter((name) => glob === undefined || RedisGlob.match(glob, name))
                .map(bulk)
            })
          ]
        })
      }),
    FileCount: () => Effect.map(Stream.runCount(store.names), integer),
    Type: ({ name }) => withDetails(name, () => typeString, typeNone),
    RandomName: () =>
      Effect.gen(function* () {
        const random = yield* Random.Random
        let seen = 0
        let chosen: FileName.FileName | undefined
        yield* Stream.runForEachArray(store.names, (names) =>
          Effect.sync(() => {
            // The n-th takes the place of those before it once in n times, which leaves all with the same chance.
            for (const name of names) if (random.nextDoubleUnsafe() * ++seen < 1) chosen = name
          })
        )
        return chosen === undefined ? missing : Reply.text(chosen)
      }),
    UnixTime: () => {
      const microseconds = systemClock.currentTimeNanosUnsafe() / 1000n
      return Reply.Reply.List({
        items: [microseconds / 1_000_000n, microseconds % 1_000_000n].map((part) =>
          Reply.text(String(part))
        )
      })
    },
    ServerInfo: ({ sections }) =>
      Effect.map(serverInfo.describe(sections.map(ByteString.toTextLossy)), Reply.text),
    ConfigGet: ({ patterns }) => {
      if (patterns.some(({ length }) => length > longestPattern)) return Reply.error(patternTooLong)
      const globs = patterns.map((pattern) =>
        RedisGlob.make(ByteString.unsafe(pattern.toLowerCase()))
      )
      return Reply.Reply.Dictionary({
        entries: configuration(stats)
          .map(([name, value]) => [ByteString.fromText(name), Reply.text(value)] as const)
          .filter(([name]) => globs.some((glob) => RedisGlob.match(glob, name)))
      })
    },
    ConfigHelp: () => CommandTable.helpOf("config"),
    CommandList: () => CommandTable.all,
    CommandCount: () => CommandTable.count,
    CommandNames: () => CommandTable.names,
    CommandInfo: ({ names }) => CommandTable.infoOf(names),
    CommandDocs: ({ names }) => CommandTable.documentationOf(names),
    CommandHelp: () => CommandTable.helpOf("command"),
    ClientHelp: () => CommandTable.helpOf("client")
  }
}

/** The route of a query; `Query.match`, which looks whether there is one, takes 15 ns more. */
const routeOf = (table: Routes, { _tag }: Query): ((query: Query) => Answer) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's type pairs each tag with its query
  table[_tag] as (query: Query) => Answer

/** Answers the commands that every connection asks alike. */
export class Router extends Context.Service<
  Router,
  { readonly answer: (query: Query) => Answer }
>()("sockets/Router") {
  /** The routes over the services. */
  static readonly layer = Layer.effect(
    Router,
    Effect.gen(function* () {
      const store = yield* FileStore
      const stats = yield* Stats
      const table = routes(
        store,
        yield* DigestCache,
        yield* Clock,
        yield* Info,
        stats,
        yield* makeServerInfo(stats, store),
        makeScan(store, yield* anyMark),
        yield* EffectClock.Clock
      )
      return { answer: (query) => routeOf(table, query)(query) }
    })
  ).pipe(Layer.provide(DigestCache.layer))
}
