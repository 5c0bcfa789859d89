/**
 * A file that is written whole or not at all: beside its place under a temporary name, which is synced and then renamed.
 * Where its place is, and that its folder is there, is decided elsewhere.
 */
import { Effect, Exit, FileSystem, Path, type PlatformError, Random } from "effect"

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

/** All that at least one of two file systems did not preserve. */
export const union = (
  one: ReadonlyArray<NotPreserved>,
  other: ReadonlyArray<NotPreserved>
): ReadonlyArray<NotPreserved> => [...new Set([...one, ...other])]

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
export const syncFolder = Effect.fnUntraced(function* (folder: string) {
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
      return union(union(unsupportedSync, unsupportedNames), unsupportedTime)
    })
  )
