/**
 * Part files beside their targets, through Node. A part file's name holds hashes of its target and version, so that a
 * later run finds and continues it, and never mixes versions.
 *
 * A part file belongs to one process at a time. The owner touches it once a second; a file that nobody touched for the
 * length of a lease may be taken over, by renaming it. Process numbers would not do: they mean nothing in another
 * container with the same volume, and are used again. Node has no lock that the system drops with the process. An owner
 * that was suspended and lost its file finds the name gone, and starts again.
 */
import { Effect, FileSystem, Layer, Path, Random } from "effect"
import type { BigIntStats } from "node:fs"
import { PartFailed, type PartFile, PartFiles } from "../files/PartFile.ts"
import * as Lease from "./Lease.ts"
import * as Leftovers from "./Leftovers.ts"
import * as OpenPart from "./OpenPart.ts"
import * as PartName from "./PartName.ts"

/** Absolute paths of the part files that this process owns. */
const ownPaths = new Set<string>()

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n)

/**
 * How long ago a file was touched, in milliseconds: by the file system's own clock, which dated the new file beside it,
 * and by ctime, which no program can set.
 */
const ageOf = (found: BigIntStats, fresh: BigIntStats): number =>
  milliseconds(fresh.ctimeNs - found.ctimeNs)

/** Makes `claim` from the file system. */
const makeClaim = (
  fileSystem: FileSystem.FileSystem,
  path: Path.Path
): PartFiles["Service"]["claim"] =>
  Effect.fnUntraced(function* (target, version, size) {
    const folder = path.dirname(target)
    const targetHash = yield* PartName.shortHash(path.basename(target))
    const versionHash = yield* PartName.shortHash(version)
    const unique = yield* Random.nextIntBetween(0, 2 ** 48)
    const own = path.resolve(
      folder,
      PartName.format(path.basename(target), targetHash, versionHash, unique.toString(16))
    )
    yield* Effect.acquireRelease(
      Effect.sync(() => ownPaths.add(own)),
      () => Effect.sync(() => ownPaths.delete(own))
    )

    /** Keeps the part file alive until the scope closes, and releases it then for a later run. */
    const hold = Effect.fnUntraced(function* (part: OpenPart.OpenPart) {
      yield* Effect.addFinalizer(() => part.rename(PartName.released(own)))
      yield* part.keepAlive
      const { stat, commit, remove, write } = part
      const held: PartFile = {
        path: own,
        size: Number((yield* stat).size),
        write,
        commit: (arrival) => commit(arrival, size),
        remove
      }
      return held
    })

    const fresh = yield* OpenPart.create(own)

    /** Takes over an abandoned part file of this version; removes one of another version. */
    const takeOver = Effect.fnUntraced(function* (
      part: OpenPart.OpenPart,
      name: PartName.PartName
    ) {
      const { initialStat, stat } = part
      if (!OpenPart.isOwnedAlike(initialStat, fresh.initialStat)) return false
      const age = ageOf(initialStat, fresh.initialStat)
      const isAbandoned = name.isReleased
        ? Effect.succeed(true)
        : Lease.isAbandoned(stat, initialStat, age)
      if (
        name.version !== versionHash
        || initialStat.size === 0n
        || initialStat.size > BigInt(size)
      ) {
        // Nobody waits for a file that cannot be continued: if it is a young one, a later run removes it.
        const isOld = name.isReleased || age >= Lease.lease
        if (isOld && (yield* isAbandoned)) yield* part.remove
        return false
      }
      // Renaming decides: of two processes that try, one finds the file gone.
      return (yield* isAbandoned) && (yield* part.rename(own))
    })

    const files = yield* Effect.mapError(
      fileSystem.readDirectory(folder),
      ({ cause }) => new PartFailed({ cause, isTakenOver: false })
    )
    const found = files.flatMap((file) => {
      const name = PartName.parse(file)
      return name?.target === targetHash ? [name] : []
    })
    for (const name of found) {
      const there = path.resolve(folder, name.file)
      if (ownPaths.has(there)) continue
      const part = yield* Effect.option(OpenPart.openExisting(there))
      if (part._tag === "None") continue
      if (yield* Effect.orElseSucceed(takeOver(part.value, name), () => false)) {
        yield* fresh.close
        return yield* hold(part.value)
      }
      yield* part.value.close
    }
    return yield* hold(fresh)
  })

/** Part files on this machine's file systems. */
export const layer: Layer.Layer<PartFiles, never, FileSystem.FileSystem | Path.Path> = Layer.effect(
  PartFiles,
  Effect.gen(function* () {
    const path = yield* Path.Path
    const swept = new Set<string>()
    return {
      claim: makeClaim(yield* FileSystem.FileSystem, path),
      sweep: (place) =>
        Effect.suspend(() => {
          const folder = path.dirname(path.resolve(place))
          if (swept.has(folder)) return Effect.void
          swept.add(folder)
          return Leftovers.sweep(folder)
        }),
      leftovers: Leftovers.leftovers
    }
  })
)
