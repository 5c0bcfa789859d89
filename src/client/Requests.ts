/**
 * What can be asked through this client, and what becomes of it. A question's words are read here, once, into what a
 * person means by them: all names, whole files. How its results are shown is left to those who ask.
 */
import { Data, Effect, type FileSystem, type Path, type PlatformError, Stream } from "effect"
import type { Args } from "../commands/Argument.ts"
import * as Grammar from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"
import * as FileName from "../domain/FileName.ts"
import {
  type ConnectFailed,
  Connection,
  ErrorReply,
  type IncomingFile,
  type RequestError
} from "./Connection.ts"
import type { Connectors } from "./Connector.ts"
import { fetch, hasGlob, listNames } from "./Fetch.ts"
import {
  handOn,
  type Range,
  type Sink,
  type StreamCut,
  streamFile,
  type TakeBytes,
  whole
} from "./FileStream.ts"
import type { Hashing, HashUnavailable } from "./Hashing.ts"
import type { PartFiles } from "./PartFile.ts"
import * as Placement from "./Placement.ts"
import { describe, receiveReply } from "./RemoteFile.ts"
import { type FileError, type FileResult, Result } from "./Result.ts"
import type { Progress } from "./Transfer.ts"

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

/** Where the bytes of files go: into files, or as they come to whoever takes them. */
export type Destination = Placement.Target | Sink

/** What to do with results. */
export interface Options {
  /** Where files go; the current folder, and content nowhere, unless given. */
  readonly destination: Destination | undefined
  /** Whether to compare the SHA-256 of whole files with the server's. */
  readonly verify: boolean
  /** Whether to replace another file that is there already. */
  readonly overwrite: boolean
  /** The part of each file that is wanted; all of it where there is none. */
  readonly range: Range | undefined
  /** Whether listings have details. */
  readonly long: boolean
  readonly onProgress: (progress: Progress) => void
}

/** Several files were to go into one. */
export class OneFileForMany extends Data.TaggedError("OneFileForMany")<{
  readonly output: string
}> {}

/** Why a request has no results, or no more of them. */
export type AnswerError =
  | ConnectFailed
  | RequestError
  | FileError
  | OneFileForMany
  | StreamCut
  | HashUnavailable
  | PlatformError.PlatformError

/** What is known of a file that came without a digest. */
const savedAs = (saved: Placement.Saved): FileResult =>
  Result.Saved({ ...saved, sha256: undefined, seconds: undefined, resumedFrom: 0 })

/** The file that is there already, where it is not to be replaced. */
const findKept = Effect.fnUntraced(function* (
  name: FileName.FileName,
  target: Placement.Target,
  overwrite: boolean
) {
  if (overwrite) return undefined
  const path = yield* Placement.locate(name, target)
  const size = yield* Placement.sizeAt(path)
  return size === undefined ? undefined : Result.Kept({ name, path, size })
})

/** Opens the sink, and has `fill` give it the bytes of a file. */
const streamInto = <E, R>(
  { open, path }: Sink,
  name: ByteString.ByteString,
  { overwrite }: Options,
  fill: (write: TakeBytes) => Effect.Effect<void, E, R>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const text = ByteString.toTextLossy(name)
      if (path !== undefined && !overwrite) return Result.Kept({ name: text, path, size: 0 })
      const write = yield* open
      let size = 0
      yield* fill((bytes) => {
        size += bytes.length
        return write(bytes)
      })
      return path === undefined
        ? Result.Streamed()
        : savedAs({ name: text, path, size, unkept: [] })
    })
  )

/** Asks, and keeps what comes as the bytes of a file called `name`. Nothing tells how many they are, or of what digest. */
const fetchPlain = Effect.fnUntraced(function* (
  args: Args,
  name: ByteString.ByteString,
  receive: Effect.Effect<IncomingFile, RequestError, Connection>,
  destination: Destination,
  options: Options,
  { bytes }: Connectors
) {
  const ask = <A, E, R>(keep: (file: IncomingFile) => Effect.Effect<A, E, R>) =>
    bytes.ask(() => args, Effect.flatMap(receive, keep))
  if (destination._tag === "Sink") {
    return yield* streamInto(destination, name, options, (write) =>
      ask((file) => handOn(file.bytes, write))
    )
  }
  const wanted = FileName.fromWord(name)
  const kept =
    wanted === undefined ? undefined : yield* findKept(wanted, destination, options.overwrite)
  return (
    kept ?? (yield* ask((file) => Effect.map(Placement.save(file, name, destination), savedAs)))
  )
}, Stream.fromEffect)

const receiveFile = Effect.flatMap(Connection, ({ receiveFile }) => receiveFile)

/** GET has null where the file commands have this error (Errors.ts). */
const notFound = new ErrorReply({ code: "NOTFOUND", message: "Arquivo não encontrado!" })

const receiveContent = (name: ByteString.ByteString) =>
  Effect.flatMap(Connection, ({ receiveContent }) => receiveContent).pipe(
    Effect.flatMap((content) =>
      content === undefined ? Effect.fail(notFound) : Effect.succeed({ name, ...content })
    )
  )

/** Saves a part of a file. */
const saveRange = Effect.fnUntraced(
  function* (
    name: ByteString.ByteString,
    range: Range,
    target: Placement.Target,
    { overwrite }: Options,
    connectors: Connectors
  ) {
    const wanted = FileName.fromWord(name)
    if (wanted === undefined) return yield* notFound
    const kept = yield* findKept(wanted, target, overwrite)
    if (kept !== undefined) return kept
    const place = yield* Placement.locate(wanted, target)
    yield* Placement.sizeAt(place)
    let size = 0
    const unkept = yield* Placement.writeWhole(
      (write) =>
        streamFile(name, range, false, connectors, (chunk) => {
          size += chunk.length
          return write(chunk)
        }),
      { place, modified: undefined }
    )
    return savedAs({ name: wanted, path: place, size, unkept })
  },
  (saving, name) =>
    Effect.catchTag(saving, "PlatformError", (cause) =>
      Effect.fail(new Placement.SaveFailed({ path: ByteString.toTextLossy(name), cause }))
    )
)

/** Fetches what the words stand for; a part of a file, or bytes that are not to be files, by its very name only. */
const fetchFiles = (
  words: Args,
  destination: Destination,
  options: Options,
  connectors: Connectors
): Stream.Stream<Result, AnswerError, Environment> => {
  const { range, verify } = options
  if (destination._tag === "Sink") {
    return Stream.mapEffect(Stream.fromIterable(words), (name) =>
      streamInto(destination, name, options, (write) =>
        streamFile(name, range ?? whole, verify, connectors, write)
      )
    )
  }
  if (destination._tag === "File" && (words.length > 1 || words.some(hasGlob))) {
    return Stream.fail(new OneFileForMany({ output: destination.path }))
  }
  return range === undefined
    ? fetch(words, { ...options, target: destination }, connectors)
    : Stream.mapEffect(Stream.fromIterable(words), (name) =>
        saveRange(name, range, destination, options, connectors)
      )
}

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
      Effect.match(describe(name, bytes), {
        onFailure: () => Result.Name({ name, details: undefined }),
        onSuccess: (details) => Result.Name({ name, details })
      }),
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
  const here = destination ?? Placement.intoFolder(".")
  switch (request._tag) {
    case "Files":
      return fetchFiles(request.words, here, options, connectors)
    case "OriginalFile":
      return fetchPlain(request.args, request.name, receiveFile, here, options, connectors)
    case "Content":
      return destination === undefined
        ? askPlainly(request.args, connectors)
        : fetchPlain(
            request.args,
            request.name,
            receiveContent(request.name),
            destination,
            options,
            connectors
          )
    case "Names":
      return list(request.pattern, options, connectors)
    case "Other":
      return askPlainly(request.args, connectors)
  }
}
