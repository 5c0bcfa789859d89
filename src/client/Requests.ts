/**
 * What can be requested through this client, and how each request is answered. Arguments are parsed once, into what a
 * person means by them: LISTAR is all names, not one page; ARQUIVO is whole files, verified. Saving files is left to
 * files/, showing results to the caller.
 */
import { Data, Effect, type FileSystem, type Path, type PlatformError, Stream } from "effect"
import type { Args } from "../commands/Argument.ts"
import * as Parser from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { RequestError } from "./Connection.ts"
import type { ConnectFailed } from "./SocketIO.ts"
import type { Connectors } from "./Connector.ts"
import { hasGlob, inFolder } from "./files/Fetch.ts"
import type { StreamCut } from "./files/FileStream.ts"
import type { Hashing, HashUnavailable } from "./files/Hashing.ts"
import type { PartFiles } from "./files/PartFile.ts"
import type { SmallFileWriter } from "./files/small/SmallFileWriter.ts"
import * as Placement from "./files/Placement.ts"
import { receiveReply } from "./files/RemoteFile.ts"
import { listFiles, listNames } from "./files/RemoteList.ts"
import { type FileError, Result } from "./Result.ts"
import * as Saving from "./files/Saving.ts"

/** A request. */
export type Request = Data.TaggedEnum<{
  /** Whole files; each of `patterns` is a file's name or a pattern for several. */
  Files: { readonly patterns: Args }
  /** A file of an original server, which has neither DETALHES nor SOMA. */
  OriginalFile: { readonly args: Args; readonly name: ByteString.ByteString }
  /** What GET or GETRANGE returns: saved where there is a destination, else shown as a reply. */
  Content: { readonly args: Args; readonly name: ByteString.ByteString }
  /** All file names that match; all there are without a pattern. */
  Names: { readonly pattern: ByteString.ByteString | undefined }
  /** Any other command, sent as it is: only the server decides which it knows. */
  Other: {
    readonly args: Args
    /** Whether the server closes the connection after its reply. */
    readonly closesConnection: boolean
  }
}>
const { Content, Files, Names, OriginalFile, Other } = Data.taggedEnum<Request>()

/** The names of the command that sends a file, which takes more arguments here than on the wire. */
const sendsFile: ReadonlySet<string> = new Set(
  Parser.entries.flatMap(({ name, tag }) => (tag === "SendFile" ? [name] : []))
)

/** The request in `args`, for a server of ours or an `original` one, which has only five commands. */
export const parse = (args: Args, original: boolean): Request => {
  const [command, ...patterns] = args
  const [name] = patterns
  if (command !== undefined && name !== undefined && sendsFile.has(command.toLowerCase())) {
    return original ? OriginalFile({ args, name }) : Files({ patterns })
  }
  const asked = Parser.parse(args)
  switch (asked._tag) {
    case "Get":
    case "GetRange":
      return Content({ args, name: asked.name })
    case "List": {
      const { after, fields, limit, pattern } = asked
      return original || after !== undefined || limit !== undefined || fields !== undefined
        ? Other({ args, closesConnection: false })
        : Names({ pattern })
    }
    default:
      return Other({ args, closesConnection: asked._tag === "Close" || asked._tag === "Quit" })
  }
}

/** Whether the server closes the connection after its reply. */
export const closesConnection = (request: Request): boolean =>
  request._tag === "Other" && request.closesConnection

/** Whether the request may have several results. A plain name may be that of a folder. */
export const mayHaveMany = (request: Request): boolean =>
  request._tag === "Names" || request._tag === "Files"

/** The request's only name or pattern. A pattern that is itself the name of a file has that file as its only result. */
export const onlyName = (request: Request): ByteString.ByteString | undefined =>
  request._tag === "Files" && request.patterns.length === 1 ? request.patterns[0] : undefined

/** How to answer requests. */
export interface Options extends Omit<Saving.Options, "destination"> {
  /** Where files are saved; without one files go to the current folder, and `Content` is not saved. */
  readonly destination: Saving.Destination | undefined
  /** Whether listings have details. */
  readonly long: boolean
}

/** Why a request's results end early. */
export type AnswerError =
  | ConnectFailed
  | RequestError
  | FileError
  | Saving.OneFileForMany
  | StreamCut
  | HashUnavailable
  | PlatformError.PlatformError

/** Lists all names that match, or that are in the folder, page by page; in a long listing with each file's size and time. */
const list = (
  pattern: ByteString.ByteString | undefined,
  { long }: Options,
  { bytes }: Connectors
) => {
  const listed = (matching: ByteString.ByteString | undefined) =>
    long
      ? listFiles(matching, bytes)
      : Stream.map(listNames(matching, bytes), (name) => ({ name, details: undefined }))
  const folder = pattern === undefined || hasGlob(pattern) ? undefined : inFolder(pattern)
  const files =
    folder === undefined
      ? listed(pattern)
      : Stream.orElseIfEmpty(listed(pattern), () => listed(folder))
  return Stream.map(files, (file) => Result.Name(file))
}

/** Sends the command as it is; the server's reply is the only result. */
const sendAsIs = (args: Args, { bytes }: Connectors) =>
  Stream.fromEffect(
    Effect.map(
      bytes.ask(() => args, receiveReply),
      (reply) => Result.Reply({ reply })
    )
  )

/** The services of the platform that answering needs. */
export type Environment = FileSystem.FileSystem | Path.Path | Hashing | PartFiles | SmallFileWriter

/** The results of a request, as they come. What failed of one file alone is a result; the stream fails for the rest. */
export const answer = (
  request: Request,
  options: Options,
  connectors: Connectors
): Stream.Stream<Result, AnswerError, Environment> => {
  const { destination } = options
  const saving = { ...options, destination: destination ?? Placement.intoFolder(".") }
  switch (request._tag) {
    case "Files":
      return Saving.fetchFiles(request.patterns, saving, connectors)
    case "OriginalFile":
      return Saving.fetchOriginal(request.args, request.name, saving, connectors)
    case "Content":
      return destination === undefined
        ? sendAsIs(request.args, connectors)
        : Saving.fetchContent(request.args, request.name, saving, connectors)
    case "Names":
      return list(request.pattern, options, connectors)
    case "Other":
      return sendAsIs(request.args, connectors)
  }
}
