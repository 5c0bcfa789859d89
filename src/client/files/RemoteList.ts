/**
 * Lists files with their details: page by page from servers that tell them in a list (LISTAR … COM detalhes), else by a
 * request for each name. Names alone are listed by Fetch.
 */
import { Effect, Option, Stream } from "effect"
import * as Parser from "../../commands/Parser.ts"
import type * as ByteString from "../../domain/ByteString.ts"
import { Connection, ErrorReply } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { listNames } from "./Fetch.ts"
import { type ListedFile, makeListConsumer } from "./ListedFiles.ts"
import { describe, isNotFound } from "./RemoteFile.ts"

/** How many files are listed at a time: the server's limit. They are decoded as they arrive. */
const pageSize = 10_000

/** How many requests for one file's details are under way at a time. */
const maxConcurrent = 64

type Page = ReadonlyArray<ListedFile>

/** The files of one page. Fails with `MalformedReply` where the page is no list of files, or does not advance. */
const pageAfter = (
  pattern: ByteString.ByteString | undefined,
  after: ByteString.ByteString | undefined,
  connector: Connector
) =>
  connector.ask(
    () => Parser.print({ _tag: "List", pattern, after, limit: pageSize, fields: "detalhes" }),
    Effect.gen(function* () {
      const { receiveTokens } = yield* Connection
      const { consume, files, refusal } = makeListConsumer(after, pageSize)
      yield* receiveTokens(consume)
      const refused = refusal()
      if (refused !== undefined) return yield* refused
      return files satisfies Page
    })
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

/** Servers that do not know the option say so with `ERR`. */
const isUnknownOption = (error: unknown): boolean =>
  error instanceof ErrorReply && error.code === "ERR"

/** All files on the server that match, or all without a pattern, in order. */
export const listFiles = (pattern: ByteString.ByteString | undefined, connector: Connector) =>
  Stream.unwrap(
    pageAfter(pattern, undefined, connector).pipe(
      Effect.map((first) => from(first, pattern, connector)),
      Effect.catchIf(isUnknownOption, () => Effect.succeed(oneByOne(pattern, connector)))
    )
  )
