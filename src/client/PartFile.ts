/**
 * A download that is not whole yet, in a file beside its target. Its name tells which target and which version it is
 * of, and which process writes it, so that what an earlier run left behind is found and taken over by one run only,
 * and never mixed with another version.
 */
import { Effect, FileSystem, Path, type PlatformError, Random, type Scope } from "effect"

/** A part file that one download alone writes. */
export interface PartFile {
  readonly path: string
  /** How many bytes an earlier run left in it. */
  readonly size: number
}

/** What the name of a part file tells. */
interface PartName {
  readonly file: string
  readonly version: string
  readonly process: number
}

/** 16 hexadecimal digits of SHA-256: short enough beside a name of 255 bytes, long enough not to meet another. */
const shortHash = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (digest) => Buffer.from(digest, 0, 8).toString("hex")
  )

const toName = (target: string, version: string, process: number, unique: number): string =>
  `.${target}.${version}.${process}-${unique}.part`

const parseName = (file: string, target: string): PartName | undefined => {
  const [, found, version, process] =
    /^\.([0-9a-f]{16})\.([0-9a-f]{16})\.(\d+)-\d+\.part$/.exec(file) ?? []
  return found === target && version !== undefined && process !== undefined
    ? { file, version, process: Number(process) }
    : undefined
}

/**
 * The part files that this process writes now, by their absolute paths: it may have two of one target. An earlier
 * process may have had the same number, as in a container, and so part files have a number of their own as well.
 */
const ours = new Set<string>()

/** Whether a process that could be writing a part file is still there. */
const isAlive = (id: number): boolean => {
  try {
    return process.kill(id, 0)
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

/**
 * The part file for `target` in this `version`, until the scope closes: one that an earlier run left, taken over as it
 * is if it has at most `size` bytes, or else a new and empty one. Part files of other versions that nobody writes any
 * more are removed.
 */
export const claim = Effect.fnUntraced(function* (
  target: string,
  version: string,
  size: number
): Effect.fn.Return<
  PartFile,
  PlatformError.PlatformError,
  FileSystem.FileSystem | Path.Path | Scope.Scope
> {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = path.dirname(target)
  const targetHash = yield* shortHash(path.basename(target))
  const versionHash = yield* shortHash(version)
  const unique = yield* Random.nextIntBetween(0, 2 ** 32)
  const own = path.resolve(folder, toName(targetHash, versionHash, process.pid, unique))
  yield* Effect.acquireRelease(
    Effect.sync(() => ours.add(own)),
    () => Effect.sync(() => ours.delete(own))
  )
  const isWritten = ({ file, process: id }: PartName) =>
    id === process.pid ? ours.has(path.resolve(folder, file)) : isAlive(id)

  const abandoned = (yield* fileSystem.readDirectory(folder))
    .flatMap((file) => parseName(file, targetHash) ?? [])
    .filter((part) => !isWritten(part))

  for (const part of abandoned) {
    const found = path.join(folder, part.file)
    const stats = yield* Effect.option(fileSystem.stat(found))
    if (stats._tag === "None") continue
    const left = Number(stats.value.size)
    if (part.version !== versionHash || left > size || stats.value.type !== "File") {
      yield* Effect.ignore(fileSystem.remove(found))
      continue
    }
    // Renaming is the claim: of two runs, one finds the file gone.
    const claimed = yield* Effect.match(fileSystem.rename(found, own), {
      onFailure: () => false,
      onSuccess: () => true
    })
    if (claimed) return { path: own, size: left }
  }
  yield* Effect.scoped(fileSystem.open(own, { flag: "wx" }))
  return { path: own, size: 0 }
})
