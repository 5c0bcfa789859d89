/**
 * Fetches many files, several at a time over the same connections, so that ten thousand small files do not cost ten
 * thousand round trips. Expands patterns to names on the server. Each file is left to Download.
 */
import { Effect, Glob, Option, Stream } from "effect"
import * as Parser from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as Pattern from "../../domain/Pattern.ts"
import { ErrorReply, unexpected } from "../Connection.ts"
import type { Connector, Connectors } from "../Connector.ts"
import { download } from "./Download.ts"
import { Mismatch } from "./Hashing.ts"
import { SaveFailed, UnaskedName, UnexpectedName } from "./Placement.ts"
import { describe, isNotFound, receiveReply } from "./RemoteFile.ts"
import { type FileError, type FileResult, Result } from "../Result.ts"
import { Progress } from "./Progress.ts"
import type { Options } from "./Transfer.ts"

/** How many files are fetched at a time. Waiting for fsync takes most of a small file's time. */
const maxConcurrent = 64

/** How many names are listed at a time: the server's limit, because each page costs it a walk through all names. */
const pageSize = 100_000

const isFileError = (error: unknown): error is Exclude<FileError, UnaskedName> =>
  error instanceof ErrorReply
  || error instanceof UnexpectedName
  || error instanceof SaveFailed
  || error instanceof Mismatch

const bulkOf = (reply: Reply): ReadonlyArray<ByteString.ByteString> =>
  reply._tag === "Bulk" ? [reply.value] : []

/**
 * All names on the server that match, or all without a pattern, in order; listed page by page. Fails with
 * `MalformedReply` where a page does not advance.
 */
export const listNames = (pattern: ByteString.ByteString | undefined, connector: Connector) =>
  Stream.paginate(Option.none<ByteString.ByteString>(), (after) => {
    const request = Parser.print({
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
        // A ByteString compares as its bytes do. A page that does not advance would be asked for again for ever.
        return last !== undefined && Option.exists(after, (before) => last <= before)
          ? Effect.fail(unexpected)
          : Effect.succeed([names, Option.map(Option.fromUndefinedOr(last), Option.some)] as const)
      }
    )
  })

/** Whether a name has characters that make it a pattern. */
export const hasGlob = (name: ByteString.ByteString): boolean => /[*?[\\]/.test(name)

/**
 * The names that the server lists for the pattern; in place of each that does not match it, `UnaskedName`: a server that
 * lists `.ssh/authorized_keys` for `*.csv` could overwrite any file (CVE-2019-6111, of scp).
 */
const listMatching = (pattern: ByteString.ByteString, hidden: boolean, { bytes }: Connectors) => {
  const text = ByteString.toText(pattern)
  const asked = Pattern.make(text ?? "", hidden)
  const any = Pattern.make(text ?? "", true)
  return Stream.map(listNames(pattern, bytes), (name) => {
    const listed = ByteString.toText(name)
    if (text !== undefined && listed !== undefined && Glob.match(asked, listed)) return name
    return new UnaskedName({
      name: ByteString.toTextLossy(name),
      isHidden: listed !== undefined && Glob.match(any, listed)
    })
  })
}

/** The names that match: the pattern itself if it is a plain name or the name of a file, else what the server lists. */
export const expand = (pattern: ByteString.ByteString, hidden: boolean, connectors: Connectors) => {
  if (!hasGlob(pattern)) return Stream.succeed(pattern)
  return Stream.unwrap(
    describe(pattern, connectors.bytes).pipe(
      Effect.as(Stream.succeed(pattern)),
      Effect.catchIf(isNotFound, () =>
        Effect.succeed(
          Stream.orElseIfEmpty(listMatching(pattern, hidden, connectors), () =>
            Stream.succeed(pattern)
          )
        )
      )
    )
  )
}

const finished = (result: FileResult): Progress =>
  Progress.Finished({
    name: result.name,
    received: result._tag === "Saved" ? result.size - result.resumedFrom : 0
  })

/** Fetches all files that match. Results come in the order of the names; a file's failure is a result. */
export const fetch = <E, R>(
  patterns: Stream.Stream<ByteString.ByteString, E, R>,
  options: Options & {
    /** Whether a pattern may stand for names with a part that begins with a dot. */
    readonly hidden: boolean
  },
  connectors: Connectors
) =>
  patterns.pipe(
    Stream.flatMap((pattern) => expand(pattern, options.hidden, connectors)),
    Stream.mapArray((names) => {
      options.onProgress(Progress.Found({ files: names.length }))
      return names
    }),
    Stream.mapEffect(
      (name) =>
        (name instanceof UnaskedName
          ? Effect.succeed(Result.Failed({ name: name.name, error: name }))
          : download(name, options, connectors).pipe(
              Effect.catchIf(isFileError, (error) =>
                Effect.succeed(Result.Failed({ name: ByteString.toTextLossy(name), error }))
              )
            )
        ).pipe(Effect.tap((result) => Effect.sync(() => options.onProgress(finished(result))))),
      { concurrency: maxConcurrent }
    )
  )
