/**
 * Where a received file is saved, and how: it is written beside its target under a temporary name, and renamed when it is
 * whole and synced, so that an older file stays until then. No name that a server sends leads outside the folder.
 */
import { Data, Effect, Exit, FileSystem, Path, type PlatformError, Random, Stream } from "effect"
import * as FileName from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { IncomingFile } from "../Connection.ts"

/** The server sent another file than the one asked for, or a name that no file can have. `name` is for display. */
export class UnexpectedName extends Data.TaggedError("UnexpectedName")<{ readonly name: string }> {}

/**
 * The server listed a name that does not match the pattern; or, where `isHidden`, that matches only if names with a part
 * that begins with a dot are asked for. `name` is for display.
 */
export class UnaskedName extends Data.TaggedError("UnaskedName")<{
  readonly name: string
  readonly isHidden: boolean
}> {}

/** No file matches the pattern. `name` is the pattern, for display. */
export class NothingMatches extends Data.TaggedError("NothingMatches")<{
  readonly name: string
}> {}

/** The file cannot be saved: the disk is full, a folder has its name, there is no permission. */
export class SaveFailed extends Data.TaggedError("SaveFailed")<{
  readonly path: string
  /** The system's error, or one of ours with a code like those. */
  readonly cause: unknown
}> {}

/** Where files are saved: each under its own name in a folder, or one file at a path. */
export type Target =
  | {
      readonly _tag: "Folder"
      readonly folder: string
      /**
       * The folders in it that were made or found inside it. They are checked once per target: checking for each file
       * took as many system calls as saving a small file does, and a quarter of the processor time.
       */
      readonly made: Set<string>
    }
  | { readonly _tag: "File"; readonly path: string }

/** A target that saves into the folder, which is made when needed. */
export const intoFolder = (folder: string): Target => ({ _tag: "Folder", folder, made: new Set() })

/** A target that saves one file at this path. */
export const toFile = (path: string): Target => ({ _tag: "File", path })

/** A file that was saved. */
export interface Saved {
  readonly name: string
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** What the file system did not preserve of it. */
  readonly notPreserved: ReadonlyArray<NotPreserved>
}

const reservedOnWindows =
  /[<>:"|?*]|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:$|\/)|[. ](?:$|\/)/i

/** Whether a name is a device, a stream or otherwise reserved on Windows, and so no file. */
export const isReservedOnWindows = (name: FileName.FileName): boolean =>
  reservedOnWindows.test(name)

const systemError = (code: string, message: string) => Object.assign(new Error(message), { code })

/** The longest part of a name, and the longest path, on Linux, in bytes (limits.h, NAME_MAX and PATH_MAX). */
const maxPart = 255
const maxPath = 4096

const tooLong = systemError("ENAMETOOLONG", "the name is too long")

/** Fails where a name is too long for the file system, before its folders are made and its bytes asked for. */
const checkLength = (parts: ReadonlyArray<string>, path: string): Effect.Effect<void, SaveFailed> =>
  ByteString.fromText(path).length >= maxPath
  || parts.some((part) => ByteString.fromText(part).length > maxPart)
    ? Effect.fail(new SaveFailed({ path, cause: tooLong }))
    : Effect.void

/**
 * Makes the folders of a name; false where a link leads out of the root. Each is checked before the next is made, because
 * one that exists may be a link.
 */
const makeFolders = Effect.fnUntraced(function* (parts: ReadonlyArray<string>, root: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fileSystem.makeDirectory(root, { recursive: true })
  const outer = yield* fileSystem.realPath(root)
  let folder = root
  for (const part of parts) {
    folder = path.join(folder, part)
    yield* fileSystem.makeDirectory(folder, { recursive: true })
    // Only a link can lead out. realPath looks at each part again: for all of a thousand folders that took 25 s.
    if ((yield* fileSystem.lstat(folder)).type !== "SymbolicLink") continue
    const relative = path.relative(outer, yield* fileSystem.realPath(folder))
    if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
      return false
  }
  return true
})

/** How many symbolic links are followed, as on Linux (path_resolution(7)). */
const maxSymbolicLinks = 40

/**
 * The path that symbolic links at `start` lead to, which need not exist: the link stays, and its target is written. Fails
 * with the system's ELOOP where they lead to each other.
 */
const followLinks = Effect.fnUntraced(function* (start: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  let place = start
  for (let links = 0; links < maxSymbolicLinks; links++) {
    const stats = yield* Effect.option(fileSystem.lstat(place))
    if (stats._tag === "None" || stats.value.type !== "SymbolicLink") return place
    const link = yield* fileSystem.readLink(place)
    place = path.resolve(yield* fileSystem.realPath(path.dirname(place)), link)
  }
  return yield* fileSystem.realPath(start)
})

const isFolder = systemError("EISDIR", "it is a folder")
const isSpecial = systemError("EFTYPE", "it is no regular file")

/** The size of the regular file at `place`, if there is one; fails with `SaveFailed` where something else is there. */
export const sizeAt = Effect.fnUntraced(function* (place: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const stats = yield* Effect.option(fileSystem.stat(place))
  if (stats._tag === "None") return undefined
  const { size, type } = stats.value
  if (type === "File") return Number(size)
  return yield* new SaveFailed({
    path: place,
    cause: type === "Directory" ? isFolder : isSpecial
  })
})

/** The path to save the file at, whose folders are made. Fails with `UnexpectedName` where it leads out of the folder. */
export const locate = Effect.fnUntraced(function* (name: FileName.FileName, target: Target) {
  const path = yield* Path.Path
  if (target._tag === "File") return yield* followLinks(target.path)
  if (path.sep === "\\" && isReservedOnWindows(name)) return yield* new UnexpectedName({ name })
  const parts = name.split("/")
  yield* checkLength(parts, path.resolve(target.folder, name))
  parts.pop()
  const folder = parts.join("/")
  if (!target.made.has(folder)) {
    if (!(yield* makeFolders(parts, target.folder))) return yield* new UnexpectedName({ name })
    target.made.add(folder)
  }
  return path.join(target.folder, name)
})

/** A random name, short enough beside any target. */
const temporaryName = Effect.map(
  Random.nextIntBetween(0, 2 ** 48),
  (unique) => `.${unique.toString(36)}.part`
)

/** What a file gets when it has arrived: its place, and its time of modification. */
export interface Arrival {
  readonly place: string
  /** When its content last changed on the server. */
  readonly modified: Date | undefined
}

/**
 * Milliseconds since 1970 as the seconds that utimes takes. A quarter of a microsecond more: numbers of seconds of this
 * century are 0.24 µs apart, so that 0.123 s may come out as 0.1229999 s, which is a millisecond less.
 */
export const toSeconds = (milliseconds: number): number => (milliseconds + 0.00025) / 1000

/** What a file system may not support: setting the time of modification, or syncing. */
export type NotPreserved = "modified" | "sync"

/**
 * Error codes by which FAT, FUSE and CIFS say that they do not support something; and EACCES, of a folder that may be
 * written and not read, which cannot be opened to be synced.
 */
const refusals = new Set(["EACCES", "EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM"])

const isRefusal = (error: { readonly cause?: unknown }): boolean =>
  error.cause instanceof Error && "code" in error.cause && refusals.has(String(error.cause.code))

/** Runs an optional step; gives its name where the file system does not support it, else nothing. */
export const ifSupported = <E extends { readonly cause?: unknown }, R>(
  what: NotPreserved,
  keep: Effect.Effect<void, E, R>
): Effect.Effect<ReadonlyArray<NotPreserved>, E, R> =>
  Effect.catchIf(Effect.as(keep, []), isRefusal, () => Effect.succeed([what]))

/** Takes the next bytes of a file. */
export type Write = (bytes: Uint8Array) => Effect.Effect<void, PlatformError.PlatformError>

/** Syncs a folder, which has the names of its files (fsync(2)); Windows opens none for that. */
const syncFolder = Effect.fnUntraced(function* (folder: string) {
  const path = yield* Path.Path
  const fileSystem = yield* FileSystem.FileSystem
  if (path.sep === "\\") return []
  const opened = fileSystem.open(folder, { flag: "r" })
  return yield* ifSupported("sync", Effect.scoped(Effect.flatMap(opened, ({ sync }) => sync)))
})

/**
 * Runs `fill` to write a temporary file, renames it to its place, which is atomic, and syncs both. The temporary file is removed
 * where that fails. Gives what the file system did not preserve.
 */
export const writeWhole = <A, E, R>(
  fill: (write: Write) => Effect.Effect<A, E, R>,
  arrival: Arrival
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const part = path.join(path.dirname(arrival.place), yield* temporaryName)
      yield* Effect.addFinalizer((exit) =>
        Exit.isSuccess(exit) ? Effect.void : Effect.ignore(fileSystem.remove(part, { force: true }))
      )
      const unsupportedSync = yield* Effect.scoped(
        Effect.gen(function* () {
          const output = yield* fileSystem.open(part, { flag: "wx" })
          yield* fill((bytes) => output.writeAll(bytes))
          return yield* ifSupported("sync", output.sync)
        })
      )
      const { modified, place } = arrival
      const seconds = modified === undefined ? undefined : toSeconds(modified.getTime())
      const unsupportedTime =
        seconds === undefined
          ? []
          : yield* ifSupported("modified", fileSystem.utimes(part, seconds, seconds))
      yield* fileSystem.rename(part, place)
      const unsupportedNames = yield* syncFolder(path.dirname(place))
      return [...new Set([...unsupportedSync, ...unsupportedNames, ...unsupportedTime])]
    })
  )

/** Saves a file that is being received, and was asked for as `name`. */
export const save = Effect.fn("Placement.save")(function* (
  file: IncomingFile,
  name: ByteString.ByteString,
  target: Target
) {
  const wanted = FileName.fromByteString(name)
  if (wanted === undefined || file.name !== name) {
    return yield* new UnexpectedName({ name: ByteString.toTextLossy(file.name) })
  }
  const failed = (cause: PlatformError.PlatformError) =>
    new SaveFailed({ path: target._tag === "File" ? target.path : wanted, cause })
  const place = yield* Effect.catchTag(locate(wanted, target), "PlatformError", failed)
  yield* sizeAt(place)
  const notPreserved = yield* Effect.catchTag(
    writeWhole((write) => Stream.runForEach(file.bytes, write), { place, modified: undefined }),
    "PlatformError",
    failed
  )
  const saved: Saved = { name: wanted, path: place, size: file.size, notPreserved }
  return saved
})
