/**
 * The routes of the stream `arquivos`: the changes of the shared files as entries of a stream of Redis. A file of that name
 * is a file to every other command, for a file's name is a key; the commands for streams mean the changes by it.
 */
import { Effect } from "effect"
import type { streamCommands } from "../commands/changes/StreamCommands.ts"
import type { Bound } from "../commands/changes/StreamId.ts"
import type { Case, TagOf } from "../commands/Command.ts"
import * as CommandTable from "../commands/CommandTable.ts"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, ChangesNotFollowed, type CommandError, WrongType } from "../domain/Errors.ts"
import {
  changeFields,
  type ChangeId,
  changesName,
  type FileChange,
  formatId,
  type LoggedChange
} from "../domain/FileChange.ts"
import * as Reply from "../domain/Reply.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import type { Changes } from "../services/files/FileChanges.ts"
import type { FileStore } from "../services/files/FileStore.ts"
import {
  type Answer,
  integer,
  mostNamed,
  requireName,
  type Routes,
  tooManyNamed,
  turnAfter
} from "./Route.ts"

/** A query declared in StreamCommands. */
export type StreamQuery = TagOf<"query"> & keyof typeof streamCommands

const { Dictionary, LazyList, List, Null, NullList } = Reply.Reply

/**
 * The most entries that one XREAD answers with, however high its COUNT: some 5 ms to encode with names of 130 bytes, and
 * twice that the first time. Who has read them reads on from the last one's id.
 */
const mostRead = 500

/** The most entries of one XRANGE, which are made as they are sent. */
const mostRanged = 100_000

const tooManyEntries = new BadArgument({ text: sentence("tooManyEntries", mostRanged) })

/** The memory of an entry while a range waits to be sent, in bytes: its place in the list, and the change itself. */
const entryHeld = 300

const none = NullList()
const noEntries = List({ items: [] })
const noSuchKey = Reply.error(new BadArgument({ text: sentence("noSuchKey") }))
const notFollowed = Reply.error(new ChangesNotFollowed())

const texts = (values: ReadonlyArray<string>): Reply.Reply =>
  List({ items: values.map(Reply.text) })

/** The fields and their values, by turns. */
const fieldsOf = (change: FileChange): ReadonlyArray<string> =>
  Object.entries(changeFields(change)).flatMap(([key, value]) => [key, String(value)])

/** A change as an entry of the stream: its id, and a list of the fields and their values. */
const entryOf = ({ change, id }: LoggedChange): Reply.Reply =>
  List({ items: [Reply.text(formatId(id)), texts(fieldsOf(change))] })

/** Fails where a name that is not the stream's is a file's. */
const requireNoFile =
  (store: FileStore["Service"]) =>
  (name: ByteString.ByteString): Effect.Effect<void, CommandError> =>
    Effect.flatMap(requireName(name), store.describe).pipe(
      Effect.andThen(Effect.fail(new WrongType())),
      Effect.catchTag("FileNotFound", () => Effect.void)
    )

/** The sequences, both included, that a range of ids stands for in the present epoch. */
const sequencesOf = (
  changes: Changes,
  from: Bound,
  to: Bound
): readonly [first: number, last: number] => {
  const { epoch, sequence: newest } = changes.last()
  const first =
    from === undefined || from.epoch < epoch
      ? 0
      : from.epoch > epoch
        ? newest + 1
        : from.sequence + (from.isExclusive ? 1 : 0)
  const last =
    to === undefined || to.epoch > epoch
      ? newest
      : to.epoch < epoch
        ? -1
        : to.sequence - (to.isExclusive ? 1 : 0)
  return [first, last]
}

const describe = (changes: Changes, full: boolean, count: number | undefined): Reply.Reply => {
  const last = changes.last()
  const [oldest] = changes.range(0, last.sequence, 1)
  const [newest] = changes.range(0, last.sequence, 1, true)
  const begin = changes.begin()
  const most = Math.min(mostRead, count === 0 ? mostRead : (count ?? 10))
  return Reply.dictionary([
    ["length", integer(changes.length())],
    // The log is no radix tree: what Redis has where a stream has one node (rax.c).
    ["radix-tree-keys", integer(1)],
    ["radix-tree-nodes", integer(2)],
    ["last-generated-id", Reply.text(formatId(last))],
    ["max-deleted-entry-id", Reply.text(begin.sequence === 0 ? "0-0" : formatId(begin))],
    ["entries-added", integer(last.sequence)],
    ["recorded-first-entry-id", Reply.text(oldest === undefined ? "0-0" : formatId(oldest.id))],
    ...(full
      ? ([
          ["entries", List({ items: changes.range(0, last.sequence, most).map(entryOf) })],
          ["groups", noEntries]
        ] as const)
      : ([
          ["groups", integer(0)],
          ["first-entry", oldest === undefined ? Null() : entryOf(oldest)],
          ["last-entry", newest === undefined ? Null() : entryOf(newest)]
        ] as const))
  ])
}

/** The routes over the changes of a store. */
export const makeStreamRoutes = (
  store: FileStore["Service"],
  changes: Changes
): Routes<StreamQuery> => {
  const requireNone = requireNoFile(store)

  /** What `reply` makes of the stream; `absent` for any other name that is not a file's. */
  const ofStream = (
    name: ByteString.ByteString,
    reply: () => Reply.Reply,
    absent: Reply.Reply
  ): Answer => {
    if (name !== changesName) return Effect.as(requireNone(name), absent)
    return changes.whenStarted(() => (changes.source() === "none" ? notFollowed : reply()))
  }

  const range = (query: Case<"StreamRange" | "StreamReverseRange">, isReverse: boolean) =>
    ofStream(
      query.name,
      () => {
        const { count = mostRanged + 1, from, to } = query
        if (count === 0) return none
        const [first, last] = sequencesOf(changes, from, to)
        const entries = changes.range(first, last, Math.min(count, mostRanged + 1), isReverse)
        if (entries.length > mostRanged) return Reply.error(tooManyEntries)
        return LazyList({
          length: entries.length,
          held: entries.length * entryHeld,
          item: (index) => {
            const entry = entries[index]
            return entry === undefined ? Null() : entryOf(entry)
          }
        })
      },
      noEntries
    )

  return {
    StreamRange: (query) => range(query, false),
    StreamReverseRange: (query) => range(query, true),
    StreamLength: ({ name }) => ofStream(name, () => integer(changes.length()), integer(0)),
    StreamInfo: ({ count, full, name }) =>
      ofStream(name, () => describe(changes, full !== undefined, count), noSuchKey),
    StreamGroups: ({ name }) => ofStream(name, () => noEntries, noSuchKey),
    StreamHelp: () => CommandTable.helpOf("xinfo")
  }
}

/** The longest that a timer of Node's waits, in milliseconds: 25 days. */
const longestWait = 2 ** 31 - 1

/**
 * Answers XREAD: with the changes behind the ids, which `refazer` comes before where the log does not reach back to one;
 * where there is none and it blocks, with those that there are when `wait` ends, which is given the next change or the end
 * of its time to wait for.
 */
export type StreamReader = (
  query: Case<"StreamRead">,
  wait: (change: Effect.Effect<void>) => Effect.Effect<void>
) => Effect.Effect<Reply.Reply, CommandError>

/** The reader of the changes of a store. */
export const makeStreamReader = (store: FileStore["Service"], changes: Changes): StreamReader => {
  const requireNone = requireNoFile(store)

  /** The places in the stream that are asked for; fails where another name is a file's, or nobody finds changes. */
  const placesOf = Effect.fnUntraced(function* (streams: Case<"StreamRead">["streams"]) {
    if (streams.length > mostNamed) return yield* tooManyNamed
    if (streams.some(({ name }) => name === changesName)) yield* changes.started
    const places: Array<ChangeId> = []
    for (const [index, { after, name }] of streams.entries()) {
      if (name === changesName) places.push(after ?? changes.last())
      else yield* requireNone(name)
      yield* turnAfter(index)
    }
    if (places.length > 0 && changes.source() === "none") return yield* new ChangesNotFollowed()
    return places
  })

  const readFrom = (places: ReadonlyArray<ChangeId>, most: number): Reply.Reply => {
    let left = mostRead
    const entries = places.flatMap((place) => {
      const found = changes.after(place, Math.min(most, left))
      left -= found.length
      return found.length === 0
        ? []
        : [[ByteString.unsafe(changesName), List({ items: found.map(entryOf) })] as const]
    })
    return entries.length === 0 ? none : Dictionary({ entries, inPairs: true })
  }

  const next = (place: ChangeId | undefined, block: number): Effect.Effect<void> => {
    const change = place === undefined ? Effect.never : changes.awaitAfter(place)
    return block === 0
      ? change
      : Effect.asVoid(Effect.timeoutOption(change, Math.min(block, longestWait)))
  }

  return ({ block, count = mostRead, streams }, wait) =>
    Effect.flatMap(placesOf(streams), (places) => {
      const found = readFrom(places, count)
      return found !== none || block === undefined
        ? Effect.succeed(found)
        : Effect.map(wait(next(places[0], block)), () => readFrom(places, count))
    })
}
