/**
 * Where a received file is saved: no name that a server sends leads outside the folder. How it is written there, so that
 * an older file stays until it is whole, is WholeFile's.
 */
import { Data, Effect, FileSystem, Path, type PlatformError, Stream } from "effect"
import * as FileName from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { IncomingFile } from "../Connection.ts"
import { makeTargetFolders, type TargetFolders } from "./placing/TargetFolders.ts"
import {
  type Arrival,
  type NotPreserved,
  union,
  type Write,
  writeWhole
} from "./placing/WholeFile.ts"
import { systemError } from "../SystemError.ts"

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
      readonly folders: TargetFolders
    }
  | { readonly _tag: "File"; readonly path: string }

/** A target that saves into the folder, which is made when needed. */
export const intoFolder = (folder: string): Target => ({
  _tag: "Folder",
  folder,
  folders: makeTargetFolders(folder)
})

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

/** The path of a name in a target, as sentences have it; it is not checked. */
export const pathOf = (name: string, target: Target) =>
  Effect.map(Path.Path, (path) =>
    target._tag === "File" ? target.path : path.join(target.folder, name)
  )

/** The path to save the file at, whose folders are made. Fails with `UnexpectedName` where it leads out of the folder. */
export const locate = Effect.fnUntraced(function* (name: FileName.FileName, target: Target) {
  const path = yield* Path.Path
  if (target._tag === "File") return yield* followLinks(target.path)
  if (path.sep === "\\" && isReservedOnWindows(name)) return yield* new UnexpectedName({ name })
  const parts = name.split("/")
  yield* checkLength(parts, path.resolve(target.folder, name))
  parts.pop()
  if (!(yield* target.folders.make(parts))) return yield* new UnexpectedName({ name })
  return path.join(target.folder, name)
})

/** As `writeWhole`, with the folders that were made for it synced too before it ends. */
export const writeWithFolders = <A, E, R>(
  fill: (write: Write) => Effect.Effect<A, E, R>,
  arrival: Arrival,
  target: Target
) =>
  Effect.flatMap(writeWhole(fill, arrival), (notPreserved) =>
    target._tag === "File"
      ? Effect.succeed(notPreserved)
      : Effect.map(target.folders.sync, (ofFolders) => union(notPreserved, ofFolders))
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
  const path = yield* pathOf(wanted, target)
  const failed = (cause: PlatformError.PlatformError) => new SaveFailed({ path, cause })
  const place = yield* Effect.catchTag(locate(wanted, target), "PlatformError", failed)
  yield* sizeAt(place)
  const notPreserved = yield* Effect.catchTag(
    writeWithFolders(
      (write) => Stream.runForEach(file.bytes, write),
      { place, modified: undefined },
      target
    ),
    "PlatformError",
    failed
  )
  const saved: Saved = { name: wanted, path: place, size: file.size, notPreserved }
  return saved
})
