/**
 * The folders within a target that files are saved into. Each is checked and made once, and those that were made are on
 * disk before a file in them is told of: a folder's own name is in the one above it, which is synced (fsync(2)).
 */
import { Effect, FileSystem, Option, Path, type PlatformError, Semaphore } from "effect"
import { type NotPreserved, syncFolder, union } from "./WholeFile.ts"

/** How many folders are synced at a time. */
const syncedAtOnce = 64

/** The folders within a target. */
export interface TargetFolders {
  /**
   * The folders, by their names within the target, that were made or found inside it. They are checked once per target:
   * checking for each file took as many system calls as saving a small file does, and a quarter of the processor time.
   */
  readonly checked: ReadonlySet<string>
  /** Makes the folder of these parts, and the target itself; false where a link leads out of the target. */
  readonly make: (
    parts: ReadonlyArray<string>
  ) => Effect.Effect<boolean, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path>
  /** Waits until the names of all folders that were made are on disk; tells where a file system does not sync them. */
  readonly sync: Effect.Effect<
    ReadonlyArray<NotPreserved>,
    PlatformError.PlatformError,
    FileSystem.FileSystem | Path.Path
  >
}

/** `folder` and those above it that are not there, the innermost first. */
const missingFolders = Effect.fnUntraced(function* (folder: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const missing: Array<string> = []
  const isThere = (place: string) => Effect.orElseSucceed(fileSystem.exists(place), () => true)
  let place = path.resolve(folder)
  // A drive of Windows is in no folder.
  while (path.dirname(place) !== place && !(yield* isThere(place))) {
    missing.push(place)
    place = path.dirname(place)
  }
  return missing
})

/** Makes a folder in one that is there, unless another program just made it. */
const makeFolder = Effect.fnUntraced(function* (folder: string) {
  const fileSystem = yield* FileSystem.FileSystem
  yield* Effect.catchIf(
    fileSystem.makeDirectory(folder),
    ({ reason }) => reason._tag === "AlreadyExists",
    () => Effect.void
  )
})

/** The folders within `root`. */
export const makeTargetFolders = (root: string): TargetFolders => {
  const checked = new Set<string>()
  /** Those in which folders were made, and that were not synced since. */
  const unsynced = new Set<string>()
  /** Those whose names are on disk, or will be once `unsynced` is: an earlier run may have made one and been stopped. */
  const known = new Set<string>()
  /** What was not preserved so far: it is so for all that is saved in these folders, whoever asked first. */
  let told: ReadonlyArray<NotPreserved> = []
  // One after another: who finds a folder that another made finds it in `unsynced` too, or on disk.
  const turn = Semaphore.makeUnsafe(1)

  /** Each is checked before the next is made, because one that exists may be a link. */
  const makeEach = Effect.fnUntraced(function* (parts: ReadonlyArray<string>) {
    const fileSystem = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const missing = yield* missingFolders(root)
    // Before they are made: who is interrupted, or fails half-way, leaves some.
    for (const folder of missing) unsynced.add(path.dirname(folder))
    // One by one: Node's recursive call never ends where no folder can be made, as in /proc (26.10).
    yield* Effect.forEach(missing.toReversed(), makeFolder, { discard: true })
    const outer = yield* fileSystem.realPath(root)
    let folder = root
    for (const part of parts) {
      const above = folder
      folder = path.join(folder, part)
      const before = yield* Effect.option(fileSystem.lstat(folder))
      if (Option.isNone(before) || !known.has(folder)) unsynced.add(above)
      known.add(folder)
      if (Option.isSome(before) && before.value.type === "Directory") continue
      // Where a file is in the way, the system says so.
      if (Option.isNone(before)) yield* makeFolder(folder)
      else if (before.value.type !== "SymbolicLink") yield* fileSystem.makeDirectory(folder)
      // Only a link can lead out. realPath looks at each part again: for all of a thousand folders that took 25 s.
      if ((yield* fileSystem.lstat(folder)).type !== "SymbolicLink") continue
      const relative = path.relative(outer, yield* fileSystem.realPath(folder))
      if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
        return false
    }
    return true
  })

  const syncEach = Effect.suspend(() =>
    Effect.forEach(
      [...unsynced],
      (folder) =>
        // What is gone by now has no names to keep.
        Effect.catchIf(
          syncFolder(folder),
          ({ reason }) => reason._tag === "NotFound",
          () => Effect.succeed([])
        ).pipe(Effect.tap(() => Effect.sync(() => unsynced.delete(folder)))),
      { concurrency: syncedAtOnce }
    ).pipe(Effect.map((notPreserved) => (told = union(told, notPreserved.flat()))))
  )

  return {
    checked,
    make: (parts) =>
      Effect.suspend(() => {
        const name = parts.join("/")
        if (checked.has(name)) return Effect.succeed(true)
        return Effect.tap(turn.withPermits(1)(makeEach(parts)), (isInside) =>
          Effect.sync(() => {
            if (isInside) checked.add(name)
          })
        )
      }),
    sync: Effect.suspend(() =>
      unsynced.size === 0 ? Effect.succeed(told) : turn.withPermits(1)(syncEach)
    )
  }
}
