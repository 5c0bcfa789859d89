/**
 * An open part file. It is used by its descriptor, so that bytes go into this very file even where its name was given to
 * another. What its name means, and which may be taken over, is left to PartFiles.
 */
import { Clock, Effect, Schedule, type Scope, Semaphore } from "effect"
import { type BigIntStats, constants } from "node:fs"
import { lstat, open, rename, unlink } from "node:fs/promises"
import { PartFailed, type PartFile } from "../files/PartFile.ts"
import { heartbeat } from "./Lease.ts"
import {
  type Arrival,
  type NotPreserved,
  ifSupported,
  toSeconds
} from "../files/placing/WholeFile.ts"
import { syncNames } from "./SystemCalls.ts"
import { systemError } from "../SystemError.ts"

const takenOver = systemError("ESTALE", "the part file is another program's by now")

/** An open part file. */
export interface OpenPart {
  /** The name it has now. */
  readonly path: string
  /** Its attributes when it was opened. */
  readonly initialStat: BigIntStats
  /** Its attributes now. */
  readonly stat: Effect.Effect<BigIntStats, PartFailed>
  readonly write: PartFile["write"]
  /** Renames it, replacing what is there; false where its own name is gone or another file's. */
  readonly rename: (to: string) => Effect.Effect<boolean>
  /** Touches it once per heartbeat of Lease, until the scope closes. */
  readonly keepAlive: Effect.Effect<void, never, Scope.Scope>
  /** As PartFile's `commit`, if it has exactly `size` bytes. */
  readonly commit: (
    arrival: Arrival,
    size: number
  ) => Effect.Effect<ReadonlyArray<NotPreserved>, PartFailed>
  readonly remove: Effect.Effect<void>
  /** Closes it before its scope does. */
  readonly close: Effect.Effect<void>
}

/** Uninterruptible, so that no system call on the file is still under way when its scope has closed. */
const run = <A>(evaluate: () => Promise<A>): Effect.Effect<A, PartFailed> =>
  Effect.uninterruptible(
    Effect.tryPromise({
      try: evaluate,
      catch: (cause) => new PartFailed({ cause, isTakenOver: cause === takenOver })
    })
  )

// Windows has neither O_NOFOLLOW nor O_NONBLOCK; what is undefined adds no bit.
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants

/** What is left to write of chunks, of which so many bytes were written; a system may write fewer than it was given. */
const withoutFirst = (
  chunks: ReadonlyArray<Uint8Array>,
  written: number
): ReadonlyArray<Uint8Array> => {
  let skip = written
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(skip)
    skip -= chunk.length - rest.length
    return rest.length === 0 ? [] : [rest]
  })
}

const openWith = Effect.fnUntraced(function* (first: string, flags: number) {
  const file = yield* Effect.acquireRelease(
    // No link is followed, and opening a FIFO does not wait for its other end.
    run(() => open(first, flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o666)),
    (file) => Effect.ignore(run(() => file.close()))
  )
  const stat = run(() => file.stat({ bigint: true }))
  const initialStat = yield* stat
  /** Excludes `beat` and `commit` from each other: a heartbeat must not replace the finished file's time. */
  const timing = Semaphore.makeUnsafe(1)
  let path = first
  let lost = false

  /** Whether its name still belongs to it. */
  const isThere = Effect.match(
    run(() => lstat(path, { bigint: true })),
    {
      onFailure: () => false,
      onSuccess: ({ dev, ino }) => dev === initialStat.dev && ino === initialStat.ino
    }
  )

  const beat = Effect.gen(function* () {
    lost ||= !(yield* isThere)
    if (lost) return
    const now = new Date(yield* Clock.currentTimeMillis)
    yield* Effect.ignore(run(() => file.utimes(now, now)))
  }).pipe(timing.withPermit)

  const part: OpenPart = {
    get path() {
      return path
    },
    initialStat,
    stat,
    write: (chunks, position) =>
      run(async () => {
        if (lost) throw takenOver
        let next = position
        for (let left = chunks; left.length > 0;) {
          const { bytesWritten } = await file.writev(left, next)
          next += bytesWritten
          left = withoutFirst(left, bytesWritten)
        }
      }),
    rename: Effect.fnUntraced(
      function* (to) {
        if (!(yield* isThere)) return false
        yield* run(() => rename(path, to))
        path = to
        return yield* isThere
      },
      Effect.orElseSucceed(() => false)
    ),
    keepAlive: Effect.asVoid(Effect.forkScoped(Effect.schedule(beat, Schedule.spaced(heartbeat)))),
    commit: Effect.fnUntraced(function* ({ modified, place }, size) {
      const unsynced = yield* ifSupported(
        "sync",
        run(() => file.sync())
      )
      const stats = yield* stat
      if (stats.size !== BigInt(size) || stats.nlink !== 1n || !(yield* isThere)) {
        return yield* new PartFailed({ cause: takenOver, isTakenOver: true })
      }
      const seconds = modified === undefined ? undefined : toSeconds(modified.getTime())
      const undated =
        seconds === undefined
          ? []
          : yield* ifSupported(
              "modified",
              run(() => file.utimes(seconds, seconds))
            )
      yield* run(() => rename(path, place))
      lost = true
      const [isNamed = false] = yield* run(() => syncNames([place]))
      return [...(isNamed ? unsynced : (["sync"] as const)), ...undated]
    }, timing.withPermit),
    remove: Effect.flatMap(isThere, (there) =>
      there ? Effect.ignore(run(() => unlink(path))) : Effect.void
    ),
    close: Effect.ignore(run(() => file.close()))
  }
  return part
})

/** Creates a part file, with the permissions that the umask leaves; fails where the name exists. */
export const create = (path: string) => openWith(path, O_CREAT | O_EXCL)

/** Opens what is there, whatever it is; fails where it is a symbolic link. */
export const openExisting = (path: string) => openWith(path, 0)

/**
 * Whether a file that was found can be one that an earlier run of the same user made, to which nobody else can write: a
 * regular file with one name, whose owner, device and permissions are those of a new one beside it.
 */
export const isOwnedAlike = (found: BigIntStats, fresh: BigIntStats): boolean =>
  found.isFile()
  && found.nlink === 1n
  && found.uid === fresh.uid
  && found.dev === fresh.dev
  && found.mode === fresh.mode
