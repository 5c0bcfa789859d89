/** The routes of the commands about files: each calls the store (services/files) and makes a reply of its result. */
import { Effect, Random } from "effect"
import type { TagOf } from "../commands/Command.ts"
import type { fileCommands } from "../commands/FileCommands.ts"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { changesName } from "../domain/FileChange.ts"
import * as FileName from "../domain/FileName.ts"
import { listedText } from "../services/files/ListedFile.ts"
import * as NamePattern from "../domain/NamePattern.ts"
import * as Pattern from "../domain/Pattern.ts"
import * as RedisGlob from "../domain/RedisGlob.ts"
import * as Reply from "../domain/Reply.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import { createSha256 } from "../services/files/Digest.ts"
import type { DigestCache } from "../services/files/DigestCache.ts"
import type { Changes } from "../services/files/FileChanges.ts"
import type { FileEntry, FileStore, WholeFile } from "../services/files/FileStore.ts"
import type { Scan } from "../services/files/scan/Scan.ts"
import { changed, content, describeFile, redisRange, sendFile } from "./FileReply.ts"
import {
  bulk,
  inTurns,
  integer,
  longestPattern,
  patternTooLong,
  requireName,
  requireRedisPattern,
  requireText,
  type Routes,
  turnAfter
} from "./Route.ts"

/** A query declared in FileCommands. */
export type FileQuery = TagOf<"query"> & keyof typeof fileCommands

/** The most names in one list: about 5 MB, and 50 ms of the event loop to encode. */
const mostNames = 100_000

/** The most files in one list with details: 3 MB while it is sent. */
const mostDetailed = 10_000

const limitTooLarge = (most: number) => new BadArgument({ text: sentence("limitTooLarge", most) })
const tooManyNames = (most: number) => new BadArgument({ text: sentence("tooManyNames", most) })

/** The memory of a file in a list with details, besides its name, in bytes. */
const fileOverhead = 300

/** A list of the files' details. Each map is made as it is encoded. */
const fileList = (files: ReadonlyArray<FileEntry>): Reply.Reply =>
  Reply.Reply.LazyList({
    length: files.length,
    held: files.reduce((sum, { name }) => sum + name.length + fileOverhead, 0),
    item: (index) => {
      const file = files[index]
      return file === undefined ? missing : describeFile(ByteString.fromText(file.name))(file)
    }
  })

/** The time to hash what a list says of a file, in nanoseconds. */
const costOfHash = 1000

const digestOfList = (files: ReadonlyArray<FileEntry>): Effect.Effect<string> =>
  Effect.suspend(() => {
    const hash = createSha256()
    return Effect.map(
      inTurns(files, costOfHash, (file) => hash.update(listedText(file))),
      () => hash.digest()
    )
  })

const needsDetails = new BadArgument({ text: sentence("needsDetails") })

/** The time to match a name, in nanoseconds, at most: each of its bytes is compared with each of the pattern's tokens. */
const costOfMatch = ({ tokens }: RedisGlob.RedisGlob): number =>
  costOfBytes + tokens.length * usualName

/** The time to make a name the bytes that are matched, in nanoseconds. */
const costOfBytes = 100

/** The usual length of a name, in bytes. Names may have up to 4,096, but no client can fill a folder with such names. */
const usualName = 64

/** Those of the names that match. */
const matching = (
  glob: RedisGlob.RedisGlob,
  names: ReadonlyArray<FileName.FileName>
): Effect.Effect<ReadonlyArray<FileName.FileName>> =>
  Effect.suspend(() => {
    const found: Array<FileName.FileName> = []
    return Effect.as(
      inTurns(names, costOfMatch(glob), (name) => {
        if (RedisGlob.match(glob, ByteString.fromText(name))) found.push(name)
      }),
      found
    )
  })

/** The most names that one SCAN visits, however high its COUNT, which is only a hint (redis.io, SCAN). */
const mostScanned = 10_000

const requirePattern = (
  arg: ByteString.ByteString
): Effect.Effect<NamePattern.NamePattern, BadArgument> =>
  arg.length > longestPattern
    ? Effect.fail(patternTooLong)
    : Effect.map(requireText(arg), (pattern) => NamePattern.fromGlob(Pattern.make(pattern, true)))

/** Answers with `reply` where there is no such file: Redis's own commands have no error for that. */
const orIfAbsent =
  (reply: Reply.Reply) =>
  <R>(
    answer: Effect.Effect<Reply.Reply, CommandError, R>
  ): Effect.Effect<Reply.Reply, CommandError, R> =>
    Effect.catchTag(answer, "FileNotFound", () => Effect.succeed(reply))

const missing = Reply.Reply.Null()
const empty = Reply.text("")

/** The memory of an argument besides its bytes: a string that is a slice of the request. */
const argOverhead = 32

const tooManyKeys = new BadArgument({ text: sentence("tooManyKeys", mostNames) })

const typeString = Reply.status("string")
const typeStream = Reply.status("stream")
const typeNone = Reply.status("none")

/** The routes over a store of files. */
export const makeFileRoutes = (
  store: FileStore["Service"],
  digests: DigestCache["Service"],
  scan: Scan,
  changes: Changes
): Routes<FileQuery> => {
  const getIfPresent = (arg: ByteString.ByteString) => {
    const name = FileName.fromByteString(arg)
    return name === undefined ? undefined : store.getIfPresent(name)
  }
  const open = (arg: ByteString.ByteString) => Effect.flatMap(requireName(arg), store.open)
  const describe = (arg: ByteString.ByteString) => Effect.flatMap(requireName(arg), store.describe)
  /** Answers with `reply` of a file: without an effect if the store has it in memory, else with the effect `ask`. */
  const answerWith =
    <F, R>(ask: (arg: ByteString.ByteString) => Effect.Effect<F, CommandError, R>) =>
    (
      arg: ByteString.ByteString,
      reply: (file: F | WholeFile) => Reply.Reply,
      absent?: Reply.Reply
    ) => {
      const file = getIfPresent(arg)
      if (file !== undefined) return reply(file)
      const answer = Effect.map(ask(arg), reply)
      return absent === undefined ? answer : orIfAbsent(absent)(answer)
    }
  const withFile = answerWith(open)
  const withDetails = answerWith(describe)
  const exists = (arg: ByteString.ByteString) =>
    Effect.suspend(() =>
      getIfPresent(arg) === undefined
        ? Effect.as(describe(arg), true).pipe(
            Effect.catchTag("FileNotFound", () => Effect.succeed(false))
          )
        : Effect.succeed(true)
    )

  const get = (name: ByteString.ByteString) =>
    withFile(name, (file) => content(name, file, 0, file.size), missing)

  return {
    List: (query) =>
      Effect.gen(function* () {
        const most = query.fields === undefined ? mostNames : mostDetailed
        if (query.limit !== undefined && query.limit > most) return yield* limitTooLarge(most)
        const selection = {
          pattern: query.pattern === undefined ? undefined : yield* requirePattern(query.pattern),
          after: query.after === undefined ? undefined : yield* requireText(query.after),
          limit: query.limit ?? most + 1
        }
        if (query.fields === undefined) {
          if (query.digest !== undefined) return yield* needsDetails
          const names = yield* store.list(selection)
          return names.length > most
            ? yield* tooManyNames(most)
            : Reply.Reply.Texts({ texts: names })
        }
        const files = yield* store.listFiles(selection)
        if (files.length > most) return yield* tooManyNames(most)
        const isKnown = query.digest !== undefined && query.digest === (yield* digestOfList(files))
        return isKnown ? missing : fileList(files)
      }),
    SendFile: (query) => {
      const { name, prefix } = query
      const file = getIfPresent(name)
      return file === undefined || (prefix !== undefined && prefix !== file.version)
        ? Effect.map(open(name), sendFile(query))
        : sendFile(query)(file)
    },
    Describe: ({ name }) => withDetails(name, describeFile(name)),
    Digest: ({ name, prefix, version }) => {
      const file = getIfPresent(name)
      if (file !== undefined && (prefix === undefined || prefix === file.version)) {
        return version === undefined || version === file.version
          ? bulk(ByteString.unsafe(file.sha256))
          : changed
      }
      return Effect.gen(function* () {
        return Reply.text(yield* digests.of(yield* requireName(name), { prefix, version }))
      })
    },
    Get: ({ name }) => get(name),
    GetRange: ({ first, last, name }) =>
      withFile(name, (file) => content(name, file, ...redisRange(file.size, first, last)), empty),
    StringLength: ({ name }) => withDetails(name, ({ size }) => integer(size), integer(0)),
    Exists: ({ names }) =>
      Effect.gen(function* () {
        let found = 0
        for (const [index, name] of names.entries()) {
          if (yield* exists(name)) found += 1
          yield* turnAfter(index)
        }
        return integer(found)
      }),
    MultiGet: ({ names }) =>
      Reply.Reply.LazyList({
        length: names.length,
        held: names.reduce((sum, { length }) => sum + length + argOverhead, 0),
        item: (index) => {
          const name = names[index]
          return name === undefined ? missing : get(name)
        }
      }),
    Keys: ({ pattern }) =>
      Effect.gen(function* () {
        const glob = yield* requireRedisPattern(pattern)
        const names = yield* store.list({
          pattern: NamePattern.fromRedisGlob(glob),
          after: undefined,
          limit: mostNames + 1
        })
        if (names.length > mostNames) return yield* tooManyKeys
        return Reply.Reply.Texts({ texts: names })
      }),
    Scan: ({ count, cursor, pattern, type }) =>
      Effect.gen(function* () {
        const glob = pattern === undefined ? undefined : yield* requireRedisPattern(pattern)
        const page = yield* scan.page(cursor, Math.min(count, mostScanned))
        // Every file is what Redis calls a string.
        const names = type === undefined || type.toLowerCase() === "string" ? page.names : []
        const texts = glob === undefined ? names : yield* matching(glob, names)
        return Reply.Reply.List({
          items: [Reply.text(String(page.cursor)), Reply.Reply.Texts({ texts })]
        })
      }),
    FileCount: () => Effect.map(store.count, integer),
    Type: ({ name }) => {
      const isStream = name === changesName && changes.source() !== "none"
      return withDetails(name, () => typeString, isStream ? typeStream : typeNone)
    },
    RandomName: () =>
      Effect.gen(function* () {
        const random = yield* Random.Random
        const chosen = yield* store.pick(() => random.nextDoubleUnsafe())
        return chosen === undefined ? missing : Reply.text(chosen)
      })
  }
}
