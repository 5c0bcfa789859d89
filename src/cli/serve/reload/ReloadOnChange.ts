/**
 * Polls files that may change while the program runs, such as passwords and certificates. What they hold and how they
 * are read again is the caller's: Passwords, Certificates.
 */
import { Effect, FileSystem, Option } from "effect"
import { hangupSignal } from "../../Signals.ts"

/** How often the files are checked. */
const interval = "1 second"

/**
 * A text that differs whenever the file was replaced, written or had its mode changed. That of a missing or unreadable
 * file is empty, so that it is logged once and not at every check.
 */
const fingerprintOf = Effect.fnUntraced(function* (file: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return yield* fileSystem.stat(file).pipe(
    Effect.map(({ ino, mode, mtime, size }) =>
      [Option.getOrUndefined(ino), mode, Option.getOrUndefined(mtime)?.getTime(), size].join(" ")
    ),
    Effect.orElseSucceed(() => "")
  )
})

/** Runs `reload` after any of the files has changed, at most once a second, and on SIGHUP, until the scope closes. */
export const reloadOnChange = Effect.fnUntraced(function* <R>(
  files: ReadonlyArray<string>,
  reload: Effect.Effect<void, never, R>
) {
  const fingerprint = Effect.map(Effect.forEach(files, fingerprintOf), (each) => each.join("\n"))
  let last = yield* fingerprint
  const check = Effect.fnUntraced(function* (isForced: boolean) {
    const current = yield* fingerprint
    if (current === last && !isForced) return
    last = current
    yield* reload
  })
  const isForced = Effect.raceFirst(
    Effect.as(Effect.sleep(interval), false),
    Effect.as(hangupSignal, true)
  )
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(isForced, check)), {
    startImmediately: true
  })
})
