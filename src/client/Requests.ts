/**
 * What can be asked through this client, and what becomes of it. A question's words are read here, once, into what a
 * person means by them: all names, whole files. How its results are shown is left to those who ask, and where files go
 * to Saving.
 */
import { Data, Effect, type FileSystem, type Path, type PlatformError, Stream } from "effect"
import type { Args } from "../commands/Argument.ts"
import * as Grammar from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { ConnectFailed, RequestError } from "./Connection.ts"
import type { Connectors } from "./Connector.ts"
import { hasGlob, listNames } from "./files/Fetch.ts"
import type { StreamCut } from "./files/FileStream.ts"
import type { Hashing, HashUnavailable } from "./files/Hashing.ts"
import type { PartFiles } from "./files/PartFile.ts"
import * as Placement from "./files/Placement.ts"
import { describe, isNotFound, receiveReply } from "./files/RemoteFile.ts"
import { type FileError, Result } from "./Result.ts"
import * as Saving from "./files/Saving.ts"

/** A question, as it was meant. */
export type Request = Data.TaggedEnum<{
  /** The files that the words stand for, each of which is a name or a pattern. */
  Files: { readonly words: Args }
  /** A file of an original server, which can tell neither details nor digests. */
  OriginalFile: { readonly args: Args; readonly name: ByteString.ByteString }
  /** The content of a file, or of a part of it, which is nothing but a reply where it is to go nowhere. */
  Content: { readonly args: Args; readonly name: ByteString.ByteString }
  /** All names that match. */
  Names: { readonly pattern: ByteString.ByteString | undefined }
  /** Whatever else there is. Only the server decides what it knows. */
  Other: {
    readonly args: Args
    /** Whether the server ends the connection after it. */
    readonly isFarewell: boolean
  }
}>
const { Content, Files, Names, OriginalFile, Other } = Data.taggedEnum<Request>()

/** The names of the command that sends a file: more words may follow one here than on the wire. */
const sendsFile: ReadonlySet<string> = new Set(
  Grammar.entries.flatMap(({ name, tag }) => (tag === "SendFile" ? [name] : []))
)

/** What the words mean, to a server of ours or to an `original` one, which knows only its five commands. */
export const parse = (args: Args, original: boolean): Request => {
  const [command, ...words] = args
  const [name] = words
  if (command !== undefined && name !== undefined && sendsFile.has(command.toLowerCase())) {
    return original ? OriginalFile({ args, name }) : Files({ words })
  }
  const asked = Grammar.parse(args)
  switch (asked._tag) {
    case "Get":
    case "GetRange":
      return Content({ args, name: asked.name })
    case "List": {
      const { after, limit, pattern } = asked
      return original || after !== undefined || limit !== undefined
        ? Other({ args, isFarewell: false })
        : Names({ pattern })
    }
    default:
      return Other({ args, isFarewell: asked._tag === "Close" || asked._tag === "Quit" })
  }
}

/** Whether the server ends the connection when it has answered. */
export const isFarewell = (request: Request): boolean =>
  request._tag === "Other" && request.isFarewell

/** Whether the request may have several results. */
export const mayHaveMany = (request: Request): boolean =>
  request._tag === "Names"
  || (request._tag === "Files" && (request.words.length > 1 || request.words.some(hasGlob)))

/** The one name that the request asks for. Where its file is the only result, there were not several after all. */
export const onlyName = (request: Request): ByteString.ByteString | undefined =>
  request._tag === "Files" && request.words.length === 1 ? request.words[0] : undefined

/** What to do with results. */
export interface Options extends Omit<Saving.Options, "destination"> {
  /** Where files go; the current folder, and content nowhere, unless given. */
  readonly destination: Saving.Destination | undefined
  /** Whether listings have details. */
  readonly long: boolean
}

/** Why a request has no results, or no more of them. */
export type AnswerError =
  | ConnectFailed
  | RequestError
  | FileError
  | Saving.OneFileForMany
  | StreamCut
  | HashUnavailable
  | PlatformError.PlatformError

/** Lists all names, page by page; in a long listing, with what the server knows of each. */
const list = (
  pattern: ByteString.ByteString | undefined,
  { long }: Options,
  { bytes }: Connectors
) => {
  const names = listNames(pattern, bytes)
  if (!long) return Stream.map(names, (name) => Result.Name({ name, details: undefined }))
  return Stream.mapEffect(
    names,
    // A file may go away between being listed and being looked at.
    (name) =>
      describe(name, bytes).pipe(
        Effect.catchIf(isNotFound, () => Effect.succeed(undefined)),
        Effect.map((details) => Result.Name({ name, details }))
      ),
    { concurrency: 64 }
  )
}

/** Asks, whatever it is; the answer is the server's. */
const askPlainly = (args: Args, { bytes }: Connectors) =>
  Stream.fromEffect(
    Effect.map(
      bytes.ask(() => args, receiveReply),
      (reply) => Result.Reply({ reply })
    )
  )

/** What answering needs of the machine. */
export type Environment = FileSystem.FileSystem | Path.Path | Hashing | PartFiles

/** Asks, and gives the results as they come. */
export const answer = (
  request: Request,
  options: Options,
  connectors: Connectors
): Stream.Stream<Result, AnswerError, Environment> => {
  const { destination } = options
  const saving = { ...options, destination: destination ?? Placement.intoFolder(".") }
  switch (request._tag) {
    case "Files":
      return Saving.fetchFiles(request.words, saving, connectors)
    case "OriginalFile":
      return Saving.fetchOriginal(request.args, request.name, saving, connectors)
    case "Content":
      return destination === undefined
        ? askPlainly(request.args, connectors)
        : Saving.fetchContent(request.args, request.name, saving, connectors)
    case "Names":
      return list(request.pattern, options, connectors)
    case "Other":
      return askPlainly(request.args, connectors)
  }
}
