/**
 * Saves requested files where the options say: each into a file, or as they come into standard output, a device or a
 * FIFO. Fetching whole files is left to Fetch and Download.
 */
import { Array, Data, Effect, Path, Stream } from "effect"
import type { Args } from "../../commands/Argument.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import { Connection, ErrorReply, type IncomingFile, type RequestError } from "../Connection.ts"
import type { Connectors } from "../Connector.ts"
import { expand, expandAll, fetch } from "./Fetch.ts"
import {
  forward,
  type Range,
  type Sink,
  streamFile,
  type TakeBytes,
  wholeFile
} from "./FileStream.ts"
import { type Leftover, PartFiles } from "./PartFile.ts"
import * as Placement from "./Placement.ts"
import { describe, isNotFound } from "./RemoteFile.ts"
import { type FileResult, Result } from "../Result.ts"
import type { Progress } from "./Progress.ts"

/** Where the bytes of files go. */
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
  /** The part of each file that is wanted; all of it if `undefined`. */
  readonly range: Range | undefined
  /** Whether to remove parts that earlier runs left of files that the server has no longer. */
  readonly clean: boolean
  /** Called as bytes of large files arrive. */
  readonly onProgress: (progress: Progress) => void
}

/** A pattern matches several files, and `output` is one file. */
export class OneFileForMany extends Data.TaggedError("OneFileForMany")<{
  readonly output: string
}> {}

/** The result for a file that was saved without verifying it. */
const savedAs = (saved: Placement.Saved): FileResult =>
  Result.Saved({ ...saved, sha256: undefined, seconds: undefined, resumedFrom: 0 })

/** The result where a file is there already and is not to be overwritten. */
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

/** Opens the sink, and runs `fill` to write the bytes of a file to it. */
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
        : savedAs({ name: text, path, size, notPreserved: [] })
    })
  )

/** Saves the reply to `args` as a file called `name`. It cannot be resumed or verified. */
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
      ask((file) => forward(file.bytes, write))
    )
  }
  const wanted = FileName.fromByteString(name)
  const kept =
    wanted === undefined ? undefined : yield* findKept(wanted, destination, options.overwrite)
  return (
    kept ?? (yield* ask((file) => Effect.map(Placement.save(file, name, destination), savedAs)))
  )
}, Stream.fromEffect)

/** Fetches a file from an original server, which has neither DETALHES nor SOMA. */
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

/** GET replies with null where the file commands have this error (domain/Errors). */
const notFound = new ErrorReply({ code: "NOTFOUND", message: "Arquivo não encontrado!" })

/** Saves what GET or GETRANGE replies with. */
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
    const notPreserved = yield* Placement.writeWithFolders(
      (write) =>
        streamFile(name, range, false, connectors, (chunk) => {
          size += chunk.length
          return write(chunk)
        }),
      { place, modified: undefined },
      target
    )
    return savedAs({ name: wanted, path: place, size, notPreserved })
  },
  (saving, name, _, target) =>
    Effect.catchTag(saving, "PlatformError", (cause) =>
      Effect.flatMap(Placement.pathOf(ByteString.toTextLossy(name), target), (path) =>
        Effect.fail(new Placement.SaveFailed({ path, cause }))
      )
    )
)

/** The only file that matches, or why there is none; `OneFileForMany` where there are several. */
const findOnly = Effect.fnUntraced(function* (
  pattern: ByteString.ByteString,
  path: string,
  hidden: boolean,
  connectors: Connectors
) {
  const found = Stream.unwrap(expand(pattern, hidden, connectors))
  const [first, ...others] = yield* Stream.runCollect(Stream.take(found, 2))
  if (others.length > 0) return yield* new OneFileForMany({ output: path })
  return first === undefined ? [] : [first]
})

/** Tells of a part file, or with `clean` removes it; nothing where a run writes it after all. */
const settle = (leftover: Leftover, name: string, clean: boolean) => {
  const { path, size } = leftover
  const result = (isRemoved: boolean) => [Result.Leftover({ path, size, isRemoved })]
  return clean
    ? Effect.match(leftover.remove, {
        onFailure: (error) => [Result.Failed({ name, error })],
        onSuccess: (removed) => (removed ? result(true) : [])
      })
    : Effect.succeed(result(false))
}

/** What earlier runs left, in the folders that were saved to, of files that the server has no longer. */
const findLeftovers = (
  { folder, folders }: Extract<Placement.Target, { readonly _tag: "Folder" }>,
  { clean }: Options,
  { bytes }: Connectors
) =>
  Stream.suspend(() =>
    Stream.fromIterable([...folders.checked]).pipe(
      Stream.mapEffect(
        Effect.fnUntraced(function* (inner) {
          const path = yield* Path.Path
          const parts = yield* PartFiles
          const found = yield* parts.leftovers(path.join(folder, inner))
          return yield* Effect.forEach(
            found,
            Effect.fnUntraced(function* (leftover) {
              const name = inner === "" ? leftover.name : `${inner}/${leftover.name}`
              const isThere = yield* describe(ByteString.fromText(name), bytes).pipe(
                Effect.as(true),
                Effect.catchTag("ErrorReply", (error) => Effect.succeed(!isNotFound(error)))
              )
              return isThere ? [] : yield* settle(leftover, name, clean)
            }),
            // Each is watched for a while before it is removed.
            { concurrency: 1024 }
          )
        })
      ),
      Stream.flatMap((some) => Stream.fromIterable(some.flat()))
    )
  )

/**
 * What is found within moments, so that it is fetched together. A failure comes behind all that was found before it:
 * `groupedWithin` by itself lets go of what it has gathered then.
 */
export const together = <A, E, R>(found: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.result(found).pipe(
    Stream.groupedWithin(256, "10 millis"),
    Stream.flatMap((some) => {
      const [group, failures] = Array.separate(some)
      const [failure] = failures.map((error) => Stream.fail(error))
      return Stream.concat(Stream.fromIterable(group), failure ?? Stream.empty)
    })
  )

/**
 * Fetches the files that match. For a sink, or where only a part is wanted, each pattern is a file's plain name. Fails with
 * `OneFileForMany` where several were to go into one file.
 */
export const fetchFiles = (patterns: Args, options: Options, connectors: Connectors) => {
  const { destination, range, verify } = options
  if (destination._tag === "Sink") {
    return Stream.mapEffect(Stream.fromIterable(patterns), (name) =>
      streamInto(destination, name, options, (write) =>
        streamFile(name, range ?? wholeFile, verify, connectors, write)
      )
    )
  }
  const [first, ...others] = patterns
  if (destination._tag === "File" && others.length > 0) {
    return Stream.fail(new OneFileForMany({ output: destination.path }))
  }
  const names = Stream.fromIterable(patterns)
  if (range !== undefined) {
    return Stream.mapEffect(names, (name) =>
      saveRange(name, range, destination, options, connectors)
    )
  }
  const entries =
    destination._tag === "File" && first !== undefined
      ? Stream.fromIterableEffect(findOnly(first, destination.path, options.hidden, connectors))
      : expandAll(names, options.hidden, connectors)
  // Of several names each is found by itself.
  const wanted = others.length === 0 ? entries : together(entries)
  const results = fetch(wanted, { ...options, target: destination }, connectors)
  return destination._tag === "Folder"
    ? Stream.concat(results, findLeftovers(destination, options, connectors))
    : results
}
