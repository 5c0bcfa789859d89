/**
 * Saves a file that arrives. It is written beside its target under a name of its own and takes the target's name only
 * when it is whole and on the disk, so that what stood there before stays until then. No name that a server sends
 * leads outside the folder.
 */
import { Data, Effect, FileSystem, Path, type PlatformError, Random, Stream } from "effect"
import * as FileName from "../domain/FileName.ts"
import * as Word from "../domain/Word.ts"
import type { IncomingFile, RequestError } from "./Client.ts"

/** The server sent a file under a name that was not asked for, or that no file can have. `name` is for display. */
export class StrangeName extends Data.TaggedError("StrangeName")<{ readonly name: string }> {}

/** The file cannot be saved: a full disk, a folder in its place, no permission. */
export class SaveFailed extends Data.TaggedError("SaveFailed")<{
  readonly path: string
  readonly cause: PlatformError.PlatformError
}> {}

/** Where a file goes: under its own name into a folder, or to a path of the person's choice. */
export type Target =
  | { readonly _tag: "Folder"; readonly folder: string }
  | { readonly _tag: "File"; readonly path: string }

/** A file that was saved. */
export interface Saved {
  readonly name: string
  readonly path: string
  /** In bytes. */
  readonly size: number
}

/** What Windows keeps for devices and streams; such a name would not be a file there. */
const reservedOnWindows =
  /[<>:"|?*]|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:$|\/)|[. ](?:$|\/)/i

/** Where the target is, its folders made. */
const locate = Effect.fnUntraced(function* (name: FileName.FileName, target: Target) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (target._tag === "File") return target.path
  if (path.sep === "\\" && reservedOnWindows.test(name)) return yield* new StrangeName({ name })
  const place = path.join(target.folder, name)
  yield* fileSystem.makeDirectory(path.dirname(place), { recursive: true })
  // A link among the folders that were there already could lead elsewhere.
  const [outer, inner] = yield* Effect.all([
    fileSystem.realPath(target.folder),
    fileSystem.realPath(path.dirname(place))
  ])
  const way = path.relative(outer, inner)
  if (way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)) {
    return yield* new StrangeName({ name })
  }
  return place
})

/** A name that nobody else uses, short enough beside any target. */
const partName = Effect.map(
  Random.nextIntBetween(0, 2 ** 48),
  (unique) => `.${unique.toString(36)}.part`
)

/** Writes the bytes to a new file and gives it the name `place`; nothing is left behind if it does not come to that. */
const writeWhole = (file: IncomingFile, place: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const part = path.join(path.dirname(place), yield* partName)
      yield* Effect.addFinalizer(() => Effect.ignore(fileSystem.remove(part, { force: true })))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const output = yield* fileSystem.open(part, { flag: "wx" })
          yield* Stream.runForEach(file.bytes, (bytes) => output.writeAll(bytes))
          yield* output.sync
        })
      )
      yield* fileSystem.rename(part, place)
    })
  )

/** Saves `file`, which was asked for as `name`. */
export const save = Effect.fn("Download.save")(function* (
  file: IncomingFile,
  name: Word.Word,
  target: Target
) {
  const wanted = FileName.fromWord(name)
  if (wanted === undefined || file.name !== name) {
    return yield* new StrangeName({ name: Word.toTextLossy(file.name) })
  }
  const failed = (cause: PlatformError.PlatformError) =>
    new SaveFailed({ path: target._tag === "File" ? target.path : wanted, cause })
  const place = yield* Effect.catchTag(locate(wanted, target), "PlatformError", failed)
  yield* Effect.catchTag(writeWhole(file, place), "PlatformError", failed)
  const saved: Saved = { name: wanted, path: place, size: file.size }
  return saved
})

/** What can stand in a download's way. */
export type DownloadError = RequestError | StrangeName | SaveFailed
