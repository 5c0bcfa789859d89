/**
 * Lists the server's files page by page: their names, or their names and details. Servers that do not know lists with
 * details (LISTAR … COM detalhes) are asked for the details of each name.
 */
import { Effect, Option, Stream } from "effect"
import * as Parser from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import type * as ByteString from "../../domain/ByteString.ts"
import { Connection, ErrorReply, unexpected } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { type ListedFile, makeListConsumer } from "./ListedFiles.ts"
import { describe, isNotFound, receiveReply } from "./RemoteFile.ts"

/** How many files are listed at a time: the server's limit. They are decoded as they arrive. */
const pageSize = 10_000

/** How many requests for one file's details are under way at a time. */
const maxConcurrent = 64

/** How many names are listed at a time: the server's limit. */
const namesPerPage = 100_000

/** The names in a list; `undefined` where it has something else, so that no part of a list passes for all of it. */
const namesIn = (reply: Reply): ReadonlyArray<ByteString.ByteString> | undefined => {
  if (reply._tag !== "List") return undefined
  const names = reply.items.flatMap((item) => (item._tag === "Bulk" ? [item.value] : []))
  return names.length === reply.items.length ? names : undefined
}

/**
 * All names on the server that match, or all without a pattern, in order; listed page by page. Fails with
 * `MalformedReply` where a page is no list of names, or does not advance.
 */
export const listNames = (pattern: ByteString.ByteString | undefined, connector: Connector) =>
  Stream.paginate(Option.none<ByteString.ByteString>(), (after) => {
    const request = Parser.print({
      _tag: "List",
      pattern,
      after: Option.getOrUndefined(after),
      limit: namesPerPage,
      fields: undefined,
      digest: undefined
    })
    return Effect.flatMap(
      connector.ask(() => request, receiveReply),
      (reply) => {
        const names = namesIn(reply)
        if (names === undefined) return Effect.fail(unexpected)
        const last = names.length < namesPerPage ? undefined : names.at(-1)
        // A ByteString compares as its bytes do. A page that does not advance would be asked for again for ever.
        return last !== undefined && Option.exists(after, (before) => last <= before)
          ? Effect.fail(unexpected)
          : Effect.succeed([names, Option.map(Option.fromUndefinedOr(last), Option.some)] as const)
      }
    )
  })

type Page = ReadonlyArray<ListedFile>

/** Which files a page has. */
export interface PageRequest {
  /** Those that match, or all. */
  readonly pattern: ByteString.ByteString | undefined
  /** Those that come after this name, or all. */
  readonly after: ByteString.ByteString | undefined
  /** At most so many; fewer only where there are no more. */
  readonly limit: number
  /** The digest of the page that is known (services/files/ListedFile.ts). */
  readonly digest: ByteString.ByteString | undefined
}

/**
 * The files of one page; `undefined` where it is the one that is known. Fails with `MalformedReply` where the page is no
 * list of files, or does not advance.
 */
export const askPage = (page: PageRequest, connector: Connector) =>
  connector.ask(
    () => Parser.print({ _tag: "List", ...page, fields: "detalhes" }),
    Effect.gen(function* () {
      const { after, digest, limit } = page
      const { receiveTokens } = yield* Connection
      const { consume, files, isKnown, refusal } = makeListConsumer(after, limit)
      yield* receiveTokens(consume)
      const refused = refusal()
      if (refused !== undefined) return yield* refused
      if (!isKnown()) return files satisfies Page
      return digest === undefined ? yield* unexpected : undefined
    })
  )

const pageAfter = (
  pattern: ByteString.ByteString | undefined,
  after: ByteString.ByteString | undefined,
  connector: Connector
) =>
  Effect.map(
    askPage({ pattern, after, limit: pageSize, digest: undefined }, connector),
    (page): Page => page ?? []
  )

/** The files of a first page and all after it. */
const from = (first: Page, pattern: ByteString.ByteString | undefined, connector: Connector) =>
  Stream.paginate(Option.none<ByteString.ByteString>(), (after) =>
    Effect.map(
      Option.match(after, {
        onNone: () => Effect.succeed(first),
        onSome: (name) => pageAfter(pattern, name, connector)
      }),
      (files) => {
        const last = files.length < pageSize ? undefined : files.at(-1)?.name
        return [files, Option.map(Option.fromUndefinedOr(last), Option.some)] as const
      }
    )
  )

/** Each name with the details that are asked for by it. */
const oneByOne = (pattern: ByteString.ByteString | undefined, connector: Connector) =>
  Stream.mapEffect(
    listNames(pattern, connector),
    (name) =>
      describe(name, connector).pipe(
        Effect.catchIf(isNotFound, () => Effect.succeed(undefined)),
        Effect.map((details): ListedFile => ({ name, details }))
      ),
    { concurrency: maxConcurrent }
  )

/** Whether the error is of a server that does not know an option: it says so with `ERR`. */
export const isUnknownOption = (error: unknown): error is ErrorReply =>
  error instanceof ErrorReply && error.code === "ERR"

/**
 * All files on the server that match, or all without a pattern, in order; where `after` is given those after that name,
 * of a server that knows lists with details.
 */
export const listFiles = (
  pattern: ByteString.ByteString | undefined,
  connector: Connector,
  after?: ByteString.ByteString
) =>
  Stream.unwrap(
    pageAfter(pattern, after, connector).pipe(
      Effect.map((first) => from(first, pattern, connector)),
      Effect.catchIf(
        (error) => after === undefined && isUnknownOption(error),
        () => Effect.succeed(oneByOne(pattern, connector))
      )
    )
  )
