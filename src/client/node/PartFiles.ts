/**
 * Part files beside their targets, on the disk as Node has it. A part file's name tells which target and which version it is
 * of, so that what an earlier run left behind is found and gone on with, and never mixed with another version.
 *
 * It is one run's alone while that run lives, and that a run lives is seen at the file: its writer changes it once a
 * second. Nothing else is known of a writer. A process number says nothing in another container, where the same volume
 * may be, and is given again to another process; a lock that the system drops with the process is not to be had in
 * Node. Whoever stood still and was taken for dead finds the file gone under another name, and begins anew.
 */
import { Effect, FileSystem, Layer, Path, Random } from "effect"
import type { BigIntStats } from "node:fs"
import { PartFailed, type PartFile, PartFiles } from "../files/PartFile.ts"
import * as OpenPart from "./OpenPart.ts"

/** What the name of a part file tells. */
interface PartName {
  readonly file: string
  readonly version: string
  /** Whether its writer said that it is done with it. */
  readonly isLeft: boolean
}

/** 16 hexadecimal digits of SHA-256: short enough beside a name of 255 bytes, long enough not to meet another. */
const shortHash = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (digest) => Buffer.from(digest, 0, 8).toString("hex")
  )

const toName = (target: string, version: string, unique: string): string =>
  `.${target}.${version}.${unique}.part`

/** The name that a part file has when its writer lets go of it. */
const toLeft = (path: string): string => path.replace(/\.part$/, ".left.part")

const parseName = (file: string, target: string): PartName | undefined => {
  const [, found, version, left] =
    /^\.([0-9a-f]{16})\.([0-9a-f]{16})\.[0-9a-f]+(\.left)?\.part$/.exec(file) ?? []
  return found === target && version !== undefined
    ? { file, version, isLeft: left !== undefined }
    : undefined
}

/** The part files that this process writes now, by their absolute paths. */
const ours = new Set<string>()

/** How long a part file stays as it is before its writer is taken for dead, in milliseconds: five signs of life. */
const lease = 5 * OpenPart.heartbeat

/** How often a part file is looked at for a sign of life, in milliseconds. */
const glance = OpenPart.heartbeat / 4

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n)

/** Two looks at a file between which nobody touched it. */
const isSame = (one: BigIntStats, other: BigIntStats): boolean =>
  one.ctimeNs === other.ctimeNs && one.mtimeNs === other.mtimeNs && one.size === other.size

/**
 * How long nobody has touched a file, in milliseconds. By the file system's own clock, which dated the new file beside
 * it, and by the change of the inode, whose time nobody can set.
 */
const ageOf = (found: BigIntStats, fresh: BigIntStats): number =>
  milliseconds(fresh.ctimeNs - found.ctimeNs)

/** Watches a file until its writer touches it, or would have: false, true. */
const staysStill = Effect.fnUntraced(function* ({ look, opened }: OpenPart.OpenPart, age: number) {
  for (let left = lease - Math.max(0, age); left > 0; left -= glance) {
    yield* Effect.sleep(glance)
    if (!isSame(yield* look, opened)) return false
  }
  return true
})

/** Claims, among what the file system has. */
const makeClaim = (
  fileSystem: FileSystem.FileSystem,
  path: Path.Path
): PartFiles["Service"]["claim"] =>
  Effect.fnUntraced(function* (target, version, size) {
    const folder = path.dirname(target)
    const targetHash = yield* shortHash(path.basename(target))
    const versionHash = yield* shortHash(version)
    const unique = yield* Random.nextIntBetween(0, 2 ** 48)
    const own = path.resolve(folder, toName(targetHash, versionHash, unique.toString(16)))
    yield* Effect.acquireRelease(
      Effect.sync(() => ours.add(own)),
      () => Effect.sync(() => ours.delete(own))
    )

    /** Holds it until the scope closes, and leaves it then to whoever comes. */
    const hold = Effect.fnUntraced(function* (part: OpenPart.OpenPart) {
      yield* Effect.addFinalizer(() => part.move(toLeft(own)))
      yield* part.keepAlive
      const { look, put, remove, write } = part
      const held: PartFile = {
        path: own,
        size: Number((yield* look).size),
        write,
        put: (arrival) => put(arrival, size),
        remove
      }
      return held
    })

    const fresh = yield* OpenPart.create(own)

    /** Takes over what an earlier run left of this version; what it left of another is removed. */
    const takeOver = Effect.fnUntraced(function* (part: OpenPart.OpenPart, name: PartName) {
      const { opened } = part
      if (!OpenPart.isLike(opened, fresh.opened)) return false
      const age = name.isLeft ? lease : ageOf(opened, fresh.opened)
      if (name.version !== versionHash || opened.size === 0n || opened.size > BigInt(size)) {
        if (age >= lease) yield* part.remove
        return false
      }
      // Renaming is the claim: of two runs, one finds the file gone.
      return (yield* staysStill(part, age)) && (yield* part.move(own))
    })

    const files = yield* Effect.mapError(
      fileSystem.readDirectory(folder),
      ({ cause }) => new PartFailed({ cause, isTaken: false })
    )
    const found = files.flatMap((file) => parseName(file, targetHash) ?? [])
    for (const name of found) {
      const there = path.resolve(folder, name.file)
      if (ours.has(there)) continue
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

/** Part files on this machine's disks. */
export const layer: Layer.Layer<PartFiles, never, FileSystem.FileSystem | Path.Path> = Layer.effect(
  PartFiles,
  Effect.gen(function* () {
    return { claim: makeClaim(yield* FileSystem.FileSystem, yield* Path.Path) }
  })
)
