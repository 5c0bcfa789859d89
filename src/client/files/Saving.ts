/**
 * Where the files that were asked for go: into files of their own, or as they come into what is none. What is there
 * already, and is to stay, is left; how whole files are fetched is Fetch's and Download's.
 */
import { Data, Effect, Stream } from "effect"
import type { Args } from "../../commands/Argument.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import { Connection, ErrorReply, type IncomingFile, type RequestError } from "../Connection.ts"
import type { Connectors } from "../Connector.ts"
import { expand, fetch } from "./Fetch.ts"
import { handOn, type Range, type Sink, streamFile, type TakeBytes, whole } from "./FileStream.ts"
import * as Placement from "./Placement.ts"
import { type FileResult, Result } from "../Result.ts"
import type { Progress } from "./Transfer.ts"

/** Where the bytes of files go: into files, or as they come to whoever takes them. */
export type Destination = Placement.Target | Sink

/** How to save files. */
export interface Options {
  readonly destination: Destination
  /** Whether to compare the SHA-256 of whole files with the server's. */
  readonly verify: boolean
  /** Whether to replace another file that is there already. */
  readonly overwrite: boolean
  /** Whether a pattern may stand for names with a part that begins with a dot. */
  readonly hidden: boolean
  /** The part of each file that is wanted; all of it where there is none. */
  readonly range: Range | undefined
  readonly onProgress: (progress: Progress) => void
}

/** Several files were to go into one. */
export class OneFileForMany extends Data.TaggedError("OneFileForMany")<{
  readonly output: string
}> {}

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
  options: Options,
  { bytes }: Connectors
) {
  const { destination } = options
  const ask = <A, E, R>(keep: (file: IncomingFile) => Effect.Effect<A, E, R>) =>
    bytes.ask(() => args, Effect.flatMap(receive, keep))
  if (destination._tag === "Sink") {
    return yield* streamInto(destination, name, options, (write) =>
      ask((file) => handOn(file.bytes, write))
    )
  }
  const wanted = FileName.fromByteString(name)
  const kept =
    wanted === undefined ? undefined : yield* findKept(wanted, destination, options.overwrite)
  return (
    kept ?? (yield* ask((file) => Effect.map(Placement.save(file, name, destination), savedAs)))
  )
}, Stream.fromEffect)

/** Fetches a file from an original server, which can tell neither its details nor its digest. */
export const fetchOriginal = (
  args: Args,
  name: ByteString.ByteString,
  options: Options,
  connectors: Connectors
) =>
  fetchPlain(
    args,
    name,
    Effect.flatMap(Connection, ({ receiveFile }) => receiveFile),
    options,
    connectors
  )

/** GET has null where the file commands have this error (Errors.ts). */
const notFound = new ErrorReply({ code: "NOTFOUND", message: "Arquivo não encontrado!" })

/** Fetches what GET and the like answer with. */
export const fetchContent = (
  args: Args,
  name: ByteString.ByteString,
  options: Options,
  connectors: Connectors
) =>
  fetchPlain(
    args,
    name,
    Effect.flatMap(Connection, ({ receiveContent }) => receiveContent).pipe(
      Effect.flatMap((content) =>
        content === undefined ? Effect.fail(notFound) : Effect.succeed({ name, ...content })
      )
    ),
    options,
    connectors
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
    const wanted = FileName.fromByteString(name)
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

/** The only name that the word stands for. */
const findOnly = Effect.fnUntraced(function* (
  word: ByteString.ByteString,
  path: string,
  hidden: boolean,
  connectors: Connectors
) {
  const [name = word, ...others] = yield* Stream.runCollect(
    Stream.take(expand(word, hidden, connectors), 2)
  )
  if (others.length > 0) return yield* new OneFileForMany({ output: path })
  return name instanceof Placement.UnaskedName ? yield* name : name
})

/** Fetches what the words stand for; a part of a file, or bytes that are not to be files, by its very name only. */
export const fetchFiles = (words: Args, options: Options, connectors: Connectors) => {
  const { destination, range, verify } = options
  if (destination._tag === "Sink") {
    return Stream.mapEffect(Stream.fromIterable(words), (name) =>
      streamInto(destination, name, options, (write) =>
        streamFile(name, range ?? whole, verify, connectors, write)
      )
    )
  }
  const [first, ...others] = words
  if (destination._tag === "File" && others.length > 0) {
    return Stream.fail(new OneFileForMany({ output: destination.path }))
  }
  const names =
    destination._tag === "File" && first !== undefined && range === undefined
      ? Stream.fromEffect(findOnly(first, destination.path, options.hidden, connectors))
      : Stream.fromIterable(words)
  return range === undefined
    ? fetch(names, { ...options, target: destination }, connectors)
    : Stream.mapEffect(names, (name) => saveRange(name, range, destination, options, connectors))
}
