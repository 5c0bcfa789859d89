/**
 * Files that may change while the program runs, such as passwords and certificates. What they hold is not known here,
 * nor how they are read again.
 */
import { Effect, FileSystem, Option } from "effect"
import { hangup } from "../Signals.ts"

/** How often the files are looked at. */
const interval = "1 second"

/** What of a file changes with it. A file that is gone, or may not be read, has a stamp as well: it is complained of once. */
const stampOf = Effect.fnUntraced(function* (file: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return yield* fileSystem.stat(file).pipe(
    Effect.map(({ ino, mode, mtime, size }) =>
      [Option.getOrUndefined(ino), mode, Option.getOrUndefined(mtime)?.getTime(), size].join(" ")
    ),
    Effect.orElseSucceed(() => "")
  )
})

/** Runs `reload` after any of the files has changed, at most once a second, and on SIGHUP, until the scope closes. */
export const whenChanged = Effect.fnUntraced(function* <R>(
  files: ReadonlyArray<string>,
  reload: Effect.Effect<void, never, R>
) {
  const stamp = Effect.map(Effect.forEach(files, stampOf), (stamps) => stamps.join("\n"))
  let seen = yield* stamp
  const look = Effect.fnUntraced(function* (isToldTo: boolean) {
    const now = yield* stamp
    if (now === seen && !isToldTo) return
    seen = now
    yield* reload
  })
  const told = Effect.raceFirst(Effect.as(Effect.sleep(interval), false), Effect.as(hangup, true))
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(told, look)), { startImmediately: true })
})
