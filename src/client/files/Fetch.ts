/**
 * Fetches many files, a number of them at a time over the same connections, so that ten thousand small files do not
 * cost ten thousand round trips; what names stand for is looked up on the server.
 */
import { Effect, Glob, Option, Stream } from "effect"
import * as Grammar from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as Pattern from "../../domain/Pattern.ts"
import { ErrorReply, unexpected } from "../Connection.ts"
import type { Connector, Connectors } from "../Connector.ts"
import { download } from "./Download.ts"
import { Mismatch } from "./Hashing.ts"
import { SaveFailed, UnaskedName, UnexpectedName } from "./Placement.ts"
import { describe, isNotFound, receiveReply } from "./RemoteFile.ts"
import { type FileError, Result } from "../Result.ts"
import type { Options } from "./Transfer.ts"

/** Files on their way at a time. Waiting for the disk to be done with each takes most of a small file's time. */
const together = 64

/** Names listed at a time: the most that a server lists at once, for each page takes it a walk through all of them. */
const pageSize = 100_000

const isFileError = (error: unknown): error is Exclude<FileError, UnaskedName> =>
  error instanceof ErrorReply
  || error instanceof UnexpectedName
  || error instanceof SaveFailed
  || error instanceof Mismatch

const bulkOf = (reply: Reply): ReadonlyArray<ByteString.ByteString> =>
  reply._tag === "Bulk" ? [reply.value] : []

/** Names on the server that match, all of them, in order; listed page by page. */
export const listNames = (pattern: ByteString.ByteString | undefined, connector: Connector) =>
  Stream.paginate(Option.none<ByteString.ByteString>(), (after) => {
    const request = Grammar.print({
      _tag: "List",
      pattern,
      after: Option.getOrUndefined(after),
      limit: pageSize
    })
    return Effect.flatMap(
      connector.ask(() => request, receiveReply),
      (reply) => {
        if (reply._tag !== "List") return Effect.fail(unexpected)
        const names = reply.items.flatMap(bulkOf)
        const last = names.length < pageSize ? undefined : names.at(-1)
        // Args compare as their bytes do. A page that leads nowhere would be asked for again for ever.
        return last !== undefined && Option.exists(after, (before) => last <= before)
          ? Effect.fail(unexpected)
          : Effect.succeed([names, Option.map(Option.fromUndefinedOr(last), Option.some)] as const)
      }
    )
  })

/** Whether a name may stand for others. */
export const hasGlob = (name: ByteString.ByteString): boolean => /[*?[\\]/.test(name)

/**
 * The names that match on the server, or why one of them is not taken: a server that lists `.ssh/authorized_keys` for
 * `*.csv` would write what it likes (CVE-2019-6111, of scp).
 */
const listMatching = (word: ByteString.ByteString, hidden: boolean, { bytes }: Connectors) => {
  const text = ByteString.toText(word)
  const asked = Pattern.make(text ?? "", hidden)
  const any = Pattern.make(text ?? "", true)
  return Stream.map(listNames(word, bytes), (name) => {
    const listed = ByteString.toText(name)
    if (text !== undefined && listed !== undefined && Glob.match(asked, listed)) return name
    return new UnaskedName({
      name: ByteString.toTextLossy(name),
      isHidden: listed !== undefined && Glob.match(any, listed)
    })
  })
}

/** The names that a word stands for: itself if it is no pattern or if there is such a file, else all that match. */
export const expand = (word: ByteString.ByteString, hidden: boolean, connectors: Connectors) => {
  if (!hasGlob(word)) return Stream.succeed(word)
  return Stream.unwrap(
    describe(word, connectors.bytes).pipe(
      Effect.as(Stream.succeed(word)),
      Effect.catchIf(isNotFound, () =>
        Effect.succeed(
          Stream.orElseIfEmpty(listMatching(word, hidden, connectors), () => Stream.succeed(word))
        )
      )
    )
  )
}

/** Fetches all that the words stand for; results come in the order of the names, a file's failure among them. */
export const fetch = <E, R>(
  words: Stream.Stream<ByteString.ByteString, E, R>,
  options: Options & {
    /** Whether a pattern may stand for names with a part that begins with a dot. */
    readonly hidden: boolean
  },
  connectors: Connectors
) =>
  words.pipe(
    Stream.flatMap((word) => expand(word, options.hidden, connectors)),
    Stream.mapEffect(
      (name) =>
        name instanceof UnaskedName
          ? Effect.succeed(Result.Failed({ name: name.name, error: name }))
          : download(name, options, connectors).pipe(
              Effect.catchIf(isFileError, (error) =>
                Effect.succeed(Result.Failed({ name: ByteString.toTextLossy(name), error }))
              )
            ),
      { concurrency: together }
    )
  )
