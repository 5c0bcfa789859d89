/**
 * The changes of a shared folder, as a thread finds them that watches it (WatchThread). What is told of is what
 * FileStore shares.
 */
import { Clock, type Duration, Effect, type Scope } from "effect"
import { FileChange } from "../../../../domain/FileChange.ts"
import { fromText } from "../../../../domain/FileName.ts"
import {
  type ChangeRecorder,
  type Changes,
  makeChangeRecorder,
  startInTime
} from "../../FileChanges.ts"
import * as SharedFolder from "../SharedFolder.ts"
import type { FoundChange } from "./Outbox.ts"
import { type ThreadMessage, type WatchOptions, watchByThread } from "./WatchThread.ts"

/** The change, with its name checked. */
const checked = (found: FoundChange): FileChange | undefined => {
  if (found._tag === "Rescan") return FileChange.Rescan()
  const name = fromText(found.name)
  return name && { ...found, name }
}

/**
 * Folders are watched one by one on Linux. Elsewhere they are polled: libuv makes its one stream of macOS's events anew
 * for each folder, and Windows does not serve.
 */
const defaults: WatchOptions = { isWatchable: process.platform === "linux", pollEvery: 2000 }

/** How long a thread that failed is left alone before another is started. */
const pause = "5 seconds"

/**
 * Records the changes of a folder until the scope closes, and begins without waiting for the folder to be read. Where that
 * takes longer than places can be held back, or another thread must begin anew, `Rescan` is recorded then. Logs
 * `changes.polled` for each reason there is to poll, once, `changes.watched` when none is left, and `changes.failed` where
 * a thread ends.
 */
const recordChanges = Effect.fnUntraced(function* (
  folder: SharedFolder.SharedFolder,
  recorder: ChangeRecorder,
  { headStart = 0, watch = {} }: Pick<Options, "headStart" | "watch">
): Effect.fn.Return<void, never, Scope.Scope> {
  const { ready, record, setSource } = recorder
  const settings = { ...defaults, ...watch }
  setSource(settings.isWatchable ? "watch" : "poll")
  const reasons = new Set<string>()
  const handle = (message: ThreadMessage): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (message === "ready") {
        ready()
      } else if ("changes" in message) {
        record(message.changes.map(checked).filter((change) => change !== undefined))
      } else if ("watched" in message) {
        setSource(message.polled > 0 ? "poll" : "watch", message.watched)
        if (message.polled === 0 && message.watched > 0 && reasons.size > 0) {
          reasons.clear()
          return Effect.logInfo("changes.watched")
        }
      } else if (!reasons.has(message.reason)) {
        reasons.add(message.reason)
        return Effect.annotateLogs(Effect.logWarning("changes.polled"), "reason", message.reason)
      }
      return Effect.void
    })
  yield* watchByThread(folder, settings, handle).pipe(
    Effect.catchTag("WatchEnded", ({ cause }) =>
      Effect.sync(() => setSource("none")).pipe(
        Effect.andThen(Effect.logError("changes.failed")),
        Effect.annotateLogs("error", String(cause)),
        Effect.andThen(Effect.sleep(pause))
      )
    ),
    Effect.forever,
    Effect.delay(headStart),
    Effect.forkScoped
  )
  yield* startInTime(recorder)
})

/** Whose changes are recorded. */
export interface Options extends SharedFolder.Options {
  /** How much the log holds, in bytes. */
  readonly capacity: number
  readonly watch?: Partial<WatchOptions>
  /** How long others have before the thread is started; at once unless given. */
  readonly headStart?: Duration.Input
}

/** Looks for the changes of a folder until the scope closes. Fails with FolderUnusable. */
export const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Changes, SharedFolder.FolderUnusable, Scope.Scope> {
  const folder = yield* SharedFolder.openFolder(options)
  const recorder = makeChangeRecorder(yield* Clock.currentTimeMillis, options.capacity, true)
  yield* recordChanges(folder, recorder, options)
  return recorder.changes
})
