/**
 * A file that is being written beside its target, held by its descriptor: whatever becomes of its name meanwhile, its
 * bytes go into this file and into no other. What its name means, and who may take over whose, is PartFiles' affair.
 */
import { Clock, Effect, Schedule, type Scope, Semaphore } from "effect"
import { type BigIntStats, constants } from "node:fs"
import { lstat, open, rename, unlink } from "node:fs/promises"
import { PartFailed, type PartFile } from "../files/PartFile.ts"
import { type Arrival, type Unkept, unlessRefused } from "../files/Placement.ts"

const taken = Object.assign(new Error("the part file is another program's by now"), {
  code: "ESTALE"
})

/** How often a writer shows that it is there, in milliseconds. */
export const heartbeat = 1000

/** Opened by its descriptor. */
export interface OpenPart {
  /** The name it has now. */
  readonly path: string
  /** How it stood when it was opened. */
  readonly opened: BigIntStats
  /** How it stands now. */
  readonly look: Effect.Effect<BigIntStats, PartFailed>
  readonly write: PartFile["write"]
  /** Gives it another name, in place of what has that; false where its own is gone or another file's. */
  readonly move: (to: string) => Effect.Effect<boolean>
  /** Shows until the scope closes that it is being written. */
  readonly keepAlive: Effect.Effect<void, never, Scope.Scope>
  /** As of a part file, if it has `size` bytes. */
  readonly put: (arrival: Arrival, size: number) => Effect.Effect<ReadonlyArray<Unkept>, PartFailed>
  readonly remove: Effect.Effect<void>
  /** Before its scope does. */
  readonly close: Effect.Effect<void>
}

/** Once begun it is waited for, so that nothing happens to the file after its scope has closed. */
const run = <A>(evaluate: () => Promise<A>): Effect.Effect<A, PartFailed> =>
  Effect.uninterruptible(
    Effect.tryPromise({
      try: evaluate,
      catch: (cause) => new PartFailed({ cause, isTaken: cause === taken })
    })
  )

// Windows has neither O_NOFOLLOW nor O_NONBLOCK; what is undefined adds no bit.
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants

const openWith = Effect.fnUntraced(function* (first: string, flags: number) {
  const file = yield* Effect.acquireRelease(
    // A link is not followed, and nobody at a pipe's other end is waited for.
    run(() => open(first, flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o666)),
    (file) => Effect.ignore(run(() => file.close()))
  )
  const look = run(() => file.stat({ bigint: true }))
  const opened = yield* look
  /** Between a sign of life and the finished file's time, so that the first is never set last. */
  const timing = Semaphore.makeUnsafe(1)
  let path = first
  let lost = false

  /** Whether its name still leads to it. */
  const isThere = Effect.match(
    run(() => lstat(path, { bigint: true })),
    {
      onFailure: () => false,
      onSuccess: ({ dev, ino }) => dev === opened.dev && ino === opened.ino
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
    opened,
    look,
    write: (bytes, position) =>
      run(async () => {
        if (lost) throw taken
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await file.write(bytes, done, undefined, position + done)
          done += bytesWritten
        }
      }),
    move: Effect.fnUntraced(
      function* (to) {
        if (!(yield* isThere)) return false
        yield* run(() => rename(path, to))
        path = to
        return yield* isThere
      },
      Effect.orElseSucceed(() => false)
    ),
    keepAlive: Effect.asVoid(Effect.forkScoped(Effect.schedule(beat, Schedule.spaced(heartbeat)))),
    put: Effect.fnUntraced(function* ({ modified, place }, size) {
      const unsynced = yield* unlessRefused(
        "sync",
        run(() => file.sync())
      )
      const stats = yield* look
      if (stats.size !== BigInt(size) || stats.nlink !== 1n || !(yield* isThere)) {
        return yield* new PartFailed({ cause: taken, isTaken: true })
      }
      const undated =
        modified === undefined
          ? []
          : yield* unlessRefused(
              "modified",
              run(() => file.utimes(modified, modified))
            )
      yield* run(() => rename(path, place))
      lost = true
      return [...unsynced, ...undated]
    }, timing.withPermit),
    remove: Effect.flatMap(isThere, (there) =>
      there ? Effect.ignore(run(() => unlink(path))) : Effect.void
    ),
    close: Effect.ignore(run(() => file.close()))
  }
  return part
})

/** A new file, which nothing had the name of; with the permissions that the umask leaves. */
export const create = (path: string) => openWith(path, O_CREAT | O_EXCL)

/** What is there, whatever it is, unless it is a link. */
export const openExisting = (path: string) => openWith(path, 0)

/**
 * Whether a file that was found could be an earlier run's of this very person, so that nobody else can write to it: a
 * regular file with one name, an owner, a device and permissions as those of a new one beside it.
 */
export const isLike = (found: BigIntStats, fresh: BigIntStats): boolean =>
  found.isFile()
  && found.nlink === 1n
  && found.uid === fresh.uid
  && found.dev === fresh.dev
  && found.mode === fresh.mode
