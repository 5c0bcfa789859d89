/**
 * Where a received file goes, and how it gets there: it is written beside its target under a name of its own and takes
 * the target's name only when it is whole and on the disk, so that what stood there before stays until then. No name
 * that a server sends leads outside the folder.
 */
import { Data, Effect, Exit, FileSystem, Path, type PlatformError, Random, Stream } from "effect"
import * as FileName from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { IncomingFile } from "../Connection.ts"

/** The server sent a file under a name that was not asked for, or that no file can have. `name` is for display. */
export class UnexpectedName extends Data.TaggedError("UnexpectedName")<{ readonly name: string }> {}

/**
 * The server listed a name that was not asked for: it does not match, or has a part that begins with a dot where neither
 * the pattern nor the person asked for such. `name` is for display.
 */
export class UnaskedName extends Data.TaggedError("UnaskedName")<{
  readonly name: string
  readonly isHidden: boolean
}> {}

/** The file cannot be saved: a full disk, a folder in its place, no permission. */
export class SaveFailed extends Data.TaggedError("SaveFailed")<{
  readonly path: string
  /** The system's error, or what stands for it. */
  readonly cause: unknown
}> {}

/** Where files go: each under its own name into a folder, or one to a path of the person's choice. */
export type Target =
  | {
      readonly _tag: "Folder"
      readonly folder: string
      /**
       * The folders in it that are there and lie inside, by their names. They are looked at once a target: for every file
       * in them, it took as many questions to the disk as saving a small file does, and a quarter of the processor time.
       */
      readonly made: Set<string>
    }
  | { readonly _tag: "File"; readonly path: string }

/** Into the folder, which is made when it is needed. */
export const intoFolder = (folder: string): Target => ({ _tag: "Folder", folder, made: new Set() })

/** To this path, whatever the file is called. */
export const toFile = (path: string): Target => ({ _tag: "File", path })

/** A file that was saved. */
export interface Saved {
  readonly name: string
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** What the file system would not keep of it. */
  readonly unkept: ReadonlyArray<Unkept>
}

/** What Windows keeps for devices and streams; such a name would not be a file there. */
const reservedOnWindows =
  /[<>:"|?*]|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:$|\/)|[. ](?:$|\/)/i

/**
 * Makes the folders that a name needs; false where a link leads them out. One at a time, for a link among those that
 * were there already could lead elsewhere.
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
    const way = path.relative(outer, yield* fileSystem.realPath(folder))
    if (way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)) return false
  }
  return true
})

/** As many links as Linux follows (path_resolution(7)). */
const mostLinks = 40

/**
 * Where a link's file is or would be: a link that somebody made stays, and what is written goes where it leads. One that
 * leads nowhere yet is followed too; one that only leads to itself is refused by the system's own word.
 */
const followLinks = Effect.fnUntraced(function* (start: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  let place = start
  for (let links = 0; links < mostLinks; links++) {
    const stats = yield* Effect.option(fileSystem.lstat(place))
    if (stats._tag === "None" || stats.value.type !== "SymbolicLink") return place
    const link = yield* fileSystem.readLink(place)
    place = path.resolve(yield* fileSystem.realPath(path.dirname(place)), link)
  }
  return yield* fileSystem.realPath(start)
})

const fault = (code: string, message: string) => Object.assign(new Error(message), { code })
const isFolder = fault("EISDIR", "it is a folder")
const isSpecial = fault("EFTYPE", "it is no regular file")

/** The size of the file at the place, if there is one; what is there and no file, a folder or a FIFO, stays. */
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

/** The path of the target, whose folders are made; `UnexpectedName` where the name leads out of the folder. */
export const locate = Effect.fnUntraced(function* (name: FileName.FileName, target: Target) {
  const path = yield* Path.Path
  if (target._tag === "File") return yield* followLinks(target.path)
  if (path.sep === "\\" && reservedOnWindows.test(name)) return yield* new UnexpectedName({ name })
  const parts = name.split("/").slice(0, -1)
  const folder = parts.join("/")
  if (!target.made.has(folder)) {
    if (!(yield* makeFolders(parts, target.folder))) return yield* new UnexpectedName({ name })
    target.made.add(folder)
  }
  return path.join(target.folder, name)
})

/** A name that nobody else uses, short enough beside any target. */
const partName = Effect.map(
  Random.nextIntBetween(0, 2 ** 48),
  (unique) => `.${unique.toString(36)}.part`
)

/** What becomes of a file on the disk when it has arrived. */
export interface Arrival {
  readonly place: string
  /** When its content last changed on the server. */
  readonly modified: Date | undefined
}

/** What a file system would not keep of a file: the time of its last change, or that it be on the disk by now. */
export type Unkept = "modified" | "sync"

/** How FAT, FUSE and CIFS say that they do not do this. */
const refusals = new Set(["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM"])

const isRefusal = (error: { readonly cause?: unknown }): boolean =>
  error.cause instanceof Error && "code" in error.cause && refusals.has(String(error.cause.code))

/** Does what a file can be without; says so where the file system refuses. */
export const unlessRefused = <E extends { readonly cause?: unknown }, R>(
  what: Unkept,
  keep: Effect.Effect<void, E, R>
): Effect.Effect<ReadonlyArray<Unkept>, E, R> =>
  Effect.catchIf(Effect.as(keep, []), isRefusal, () => Effect.succeed([what]))

/** Takes the next bytes of a file. */
export type Write = (bytes: Uint8Array) => Effect.Effect<void, PlatformError.PlatformError>

/**
 * Has `fill` write a new file and puts it in place, which the system does at once or not at all; nothing is left
 * behind if it does not come to that. What the file system would not keep of the file is told.
 */
export const writeWhole = <A, E, R>(
  fill: (write: Write) => Effect.Effect<A, E, R>,
  arrival: Arrival
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const part = path.join(path.dirname(arrival.place), yield* partName)
      yield* Effect.addFinalizer((exit) =>
        Exit.isSuccess(exit) ? Effect.void : Effect.ignore(fileSystem.remove(part, { force: true }))
      )
      const unsynced = yield* Effect.scoped(
        Effect.gen(function* () {
          const output = yield* fileSystem.open(part, { flag: "wx" })
          yield* fill((bytes) => output.writeAll(bytes))
          return yield* unlessRefused("sync", output.sync)
        })
      )
      const { modified, place } = arrival
      const undated =
        modified === undefined
          ? []
          : yield* unlessRefused("modified", fileSystem.utimes(part, modified, modified))
      yield* fileSystem.rename(part, place)
      return [...unsynced, ...undated]
    })
  )

/** Saves `file`, which was asked for as `name`. */
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
  const unkept = yield* Effect.catchTag(
    writeWhole((write) => Stream.runForEach(file.bytes, write), { place, modified: undefined }),
    "PlatformError",
    failed
  )
  const saved: Saved = { name: wanted, path: place, size: file.size, unkept }
  return saved
})
