/**
 * Lists files with their details: page by page from servers that tell them in a list (LISTAR … COM detalhes), else by a
 * request for each name. Names alone are listed by Fetch.
 */
import { Effect, Option, Stream } from "effect"
import * as Parser from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { ErrorReply, unexpected } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { listNames } from "./Fetch.ts"
import {
  describe,
  detailsIn,
  fields,
  isNotFound,
  receiveReply,
  type RemoteDetails
} from "./RemoteFile.ts"

/** A listed file. */
export interface ListedFile {
  readonly name: ByteString.ByteString
  /** `undefined` where the file was removed after it was listed. */
  readonly details: RemoteDetails | undefined
}

/** How many files are listed at a time. The server allows 10,000; a thousand arrive while the next are asked for. */
const pageSize = 1000

/** How many requests for one file's details are under way at a time. */
const maxConcurrent = 64

const fileIn = (item: Reply): ListedFile | undefined => {
  const map = fields(item)
  const name = map.get("nome")
  const details = detailsIn(map)
  return typeof name === "string" && details !== undefined
    ? { name: ByteString.unsafe(name), details }
    : undefined
}

type Page = ReadonlyArray<ListedFile>

/** The files of one page. Fails with `MalformedReply` where the page is no list of files, or does not advance. */
const pageAfter = (
  pattern: ByteString.ByteString | undefined,
  after: ByteString.ByteString | undefined,
  connector: Connector
) =>
  Effect.flatMap(
    connector.ask(
      () => Parser.print({ _tag: "List", pattern, after, limit: pageSize, fields: "detalhes" }),
      receiveReply
    ),
    (reply) => {
      if (reply._tag !== "List") return Effect.fail(unexpected)
      const files: Array<ListedFile> = []
      let last = after
      for (const item of reply.items) {
        const file = fileIn(item)
        // A ByteString compares as its bytes do. A page that does not advance would be asked for again for ever.
        if (file === undefined || (last !== undefined && file.name <= last))
          return Effect.fail(unexpected)
        files.push(file)
        last = file.name
      }
      return Effect.succeed<Page>(files)
    }
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
