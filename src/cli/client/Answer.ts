/** One question to the server, and what becomes of its answer: printed, streamed to standard output, or saved. */
import { Data, Effect, FileSystem, Path, type PlatformError, type Stdio, Stream } from "effect"
import {
  Connection,
  type ConnectFailed,
  type IncomingFile,
  ErrorReply,
  type RequestError
} from "../../client/Connection.ts"
import type { Connectors } from "../../client/Connector.ts"
import { Outcome } from "../../client/Download.ts"
import * as Fetch from "../../client/Fetch.ts"
import { handOn, type Range, type StreamCut, streamFile, whole } from "../../client/FileStream.ts"
import type { Hashing, HashUnavailable } from "../../client/Hashing.ts"
import * as Placement from "../../client/Placement.ts"
import { describe, receiveReply, type RemoteDetails } from "../../client/RemoteFile.ts"
import type { Progress } from "../../client/Transfer.ts"
import * as FileName from "../../domain/FileName.ts"
import * as Grammar from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { printBytes } from "../Output.ts"

/** The words of a command. */
export type Args = ReadonlyArray<ByteString.ByteString>

/** What to do with answers. */
export interface Options {
  readonly json: boolean
  /** `--output`, as it was given. */
  readonly output: string | undefined
  /** Whether to compare the SHA-256 of whole files with the server's. */
  readonly verify: boolean
  /** Whether to replace another file that is there already. */
  readonly overwrite: boolean
  /** The part of each file that is wanted; all of it where there is none. */
  readonly range: Range | undefined
  /** Whether listings show sizes and dates. */
  readonly long: boolean
  /** Whether the server is an original one, which knows only its five commands. */
  readonly original: boolean
  readonly onProgress: (progress: Progress) => void
}

/** What became of a question, or of a part of it. */
export type Answer =
  | { readonly _tag: "Reply"; readonly reply: Reply }
  /** A line of a listing; its details only in a long one, and only if the file is still there. */
  | {
      readonly _tag: "Name"
      readonly name: ByteString.ByteString
      readonly details: RemoteDetails | undefined
    }
  | { readonly _tag: "File"; readonly result: Fetch.Result }
  /** Its bytes went to standard output. */
  | { readonly _tag: "Streamed" }

/** Why a question has no answer. */
export type AnswerError =
  | ConnectFailed
  | RequestError
  | Fetch.FileError
  | OneFileForMany
  | StreamCut
  | HashUnavailable
  | PlatformError.PlatformError

/** What answering needs of the machine. */
export type Environment = FileSystem.FileSystem | Path.Path | Stdio.Stdio | Hashing

const isFolder = Effect.fnUntraced(function* (path: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return yield* Effect.match(fileSystem.stat(path), {
    onFailure: () => false,
    onSuccess: ({ type }) => type === "Directory"
  })
})

/** `--output FILE`, `--output FOLDER/`, an existing folder, or the current one. */
const targetOf = Effect.fnUntraced(function* (output: string | undefined) {
  const { sep } = yield* Path.Path
  if (output === undefined) return Placement.intoFolder(".")
  if (output.endsWith("/") || output.endsWith(sep) || (yield* isFolder(output))) {
    return Placement.intoFolder(output)
  }
  return Placement.toFile(output)
})

/** Several files were to go into one. */
export class OneFileForMany extends Data.TaggedError("OneFileForMany")<{
  readonly output: string
}> {}

const savedAs = (name: string, path: string, size: number): Answer => ({
  _tag: "File",
  result: {
    _tag: "Done",
    outcome: Outcome.Saved({
      name,
      path,
      size,
      sha256: undefined,
      seconds: undefined,
      resumedFrom: 0
    })
  }
})

const streamed: Answer = { _tag: "Streamed" }

/** Saves, or streams, the bytes of a reply that are no more than that: of GET, or of an original server. */
const keep = Effect.fnUntraced(function* (
  file: IncomingFile,
  name: ByteString.ByteString,
  output: string | undefined
) {
  if (output === "-") {
    yield* handOn(file.bytes, (chunk) => printBytes(Stream.succeed(chunk)))
    return streamed
  }
  const { path, size } = yield* Placement.save(file, name, yield* targetOf(output))
  return savedAs(ByteString.toTextLossy(name), path, size)
})

/** Asks, and keeps what comes as the bytes of a file called `name`. */
const fetchPlain = (
  words: Args,
  name: ByteString.ByteString,
  receive: Effect.Effect<IncomingFile, RequestError, Connection>,
  { output }: Options,
  { bytes }: Connectors
) =>
  Stream.fromEffect(
    bytes.ask(
      () => words,
      Effect.flatMap(receive, (file) => keep(file, name, output))
    )
  )

const receiveFile = Effect.flatMap(Connection, ({ receiveFile }) => receiveFile)

/** GET has null where the file commands have this error (Errors.ts). */
const notFound = new ErrorReply({ code: "NOTFOUND", message: "Arquivo não encontrado!" })

const receiveContent = (name: ByteString.ByteString) =>
  Effect.flatMap(Connection, ({ receiveContent }) => receiveContent).pipe(
    Effect.flatMap((content) =>
      content === undefined ? Effect.fail(notFound) : Effect.succeed({ name, ...content })
    )
  )

/** Streams each file to standard output, one after the other. */
const streamFiles = (names: Args, { range, verify }: Options, connectors: Connectors) =>
  Stream.fromIterable(names).pipe(
    Stream.mapEffect((name) =>
      Effect.as(
        streamFile(name, range ?? whole, verify, connectors, (chunk) =>
          printBytes(Stream.succeed(chunk))
        ),
        streamed
      )
    )
  )

/** Saves a part of a file. */
const saveRange = Effect.fnUntraced(function* (
  name: ByteString.ByteString,
  range: Range,
  { output }: Options,
  connectors: Connectors
) {
  const wanted = FileName.fromWord(name)
  if (wanted === undefined) return yield* notFound
  const place = yield* Placement.locate(wanted, yield* targetOf(output))
  let size = 0
  yield* Placement.writeWhole(
    (write) =>
      streamFile(name, range, false, connectors, (chunk) => {
        size += chunk.length
        return write(chunk)
      }),
    { place, modified: undefined }
  )
  return savedAs(wanted, place, size)
})

const fetchFiles = (names: Args, options: Options, connectors: Connectors) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const target = yield* targetOf(options.output)
      if (target._tag === "File" && (names.length > 1 || names.some(Fetch.hasGlob))) {
        return yield* new OneFileForMany({ output: target.path })
      }
      const { range } = options
      return range === undefined
        ? Fetch.fetch(names, { ...options, target }, connectors).pipe(
            Stream.map((result): Answer => ({ _tag: "File", result }))
          )
        : Stream.fromIterable(names).pipe(
            Stream.mapEffect((name) => saveRange(name, range, options, connectors))
          )
    })
  )

/** Lists all names, page by page; in a long listing, with what the server knows of each. */
const listNames = (
  pattern: ByteString.ByteString | undefined,
  { long }: Options,
  { bytes }: Connectors
) => {
  const names = Fetch.listNames(pattern, bytes)
  if (!long)
    return Stream.map(names, (name): Answer => ({ _tag: "Name", name, details: undefined }))
  return Stream.mapEffect(
    names,
    // A file may go away between being listed and being looked at.
    (name) =>
      Effect.match(describe(name, bytes), {
        onFailure: (): Answer => ({ _tag: "Name", name, details: undefined }),
        onSuccess: (details): Answer => ({ _tag: "Name", name, details })
      }),
    { concurrency: 64 }
  )
}

/** Whether the first word names the command that sends a file; more words may follow it here than on the wire. */
const isSendFile = (words: Args): boolean => Grammar.parse(words.slice(0, 2))._tag === "SendFile"

/** Asks, whatever it is; the answer is the server's. */
const askPlainly = (words: Args, { bytes }: Connectors) =>
  Stream.fromEffect(
    Effect.map(
      bytes.ask(() => words, receiveReply),
      (reply): Answer => ({ _tag: "Reply", reply })
    )
  )

const isListing = (words: Args, { original }: Options): boolean => {
  const command = Grammar.parse(words)
  return (
    command._tag === "List"
    && command.limit === undefined
    && command.after === undefined
    && !original
  )
}

/** Whether a question may have several answers, a listing or several files, and the only name it asks for. */
export const shapeOf = (words: Args, options: Options) => {
  const names = isSendFile(words) ? words.slice(1) : []
  const [asked] = names
  return {
    many: isListing(words, options) || names.length > 1 || names.some(Fetch.hasGlob),
    asked: names.length === 1 ? asked : undefined
  }
}

/**
 * Asks one question, which may have many answers. Whether the server knows the command is the server's to say; its
 * name only tells here how to read what comes, and what a person means by it: all names, whole files.
 */
export const answer = (
  words: Args,
  options: Options,
  connectors: Connectors
): Stream.Stream<Answer, AnswerError, Environment> => {
  const command = Grammar.parse(words)
  const [, ...names] = words
  const isFile = names.length > 0 && isSendFile(words)
  if (isFile && options.original) {
    return fetchPlain(words, names[0] ?? ByteString.unsafe(""), receiveFile, options, connectors)
  }
  if (isFile) {
    return options.output === "-"
      ? streamFiles(names, options, connectors)
      : fetchFiles(names, options, connectors)
  }
  if (options.output !== undefined && (command._tag === "Get" || command._tag === "GetRange")) {
    return fetchPlain(words, command.name, receiveContent(command.name), options, connectors)
  }
  if (command._tag === "List" && isListing(words, options)) {
    return listNames(command.pattern, options, connectors)
  }
  return askPlainly(words, connectors)
}
