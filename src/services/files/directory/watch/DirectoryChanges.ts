/**
 * The changes of a shared folder, as a thread finds them that watches it (WatchThread). What is told of is what
 * FileStore shares.
 */
import { Clock, Deferred, Effect, Layer, type Scope } from "effect"
import { FileChange } from "../../../../domain/FileChange.ts"
import { fromText } from "../../../../domain/FileName.ts"
import { type ChangeRecorder, FileChanges, makeChangeRecorder } from "../../FileChanges.ts"
import * as SharedFolder from "../SharedFolder.ts"
import type { FoundChange } from "./Outbox.ts"
import { type ThreadMessage, watchByThread } from "./WatchThread.ts"

/** How long a server that starts waits for the folder to be read, so that who asks it first need not look anew. */
const patience = "1 second"

/** The change, with its name checked. */
const checked = (found: FoundChange): FileChange | undefined => {
  if (found._tag === "Rescan") return FileChange.Rescan()
  const name = fromText(found.name)
  return name && { ...found, name }
}

/** Records the changes of a folder until the scope closes. Where it takes long to read, recording begins with `Rescan`. */
export const recordChanges = Effect.fnUntraced(function* (
  folder: SharedFolder.SharedFolder,
  { record, setSource }: ChangeRecorder
): Effect.fn.Return<void, never, Scope.Scope> {
  const ready = yield* Deferred.make<void>()
  let isFirst = true
  const onMessage = (message: ThreadMessage): void => {
    if (message !== "ready") {
      return record(message.changes.map(checked).filter((change) => change !== undefined))
    }
    setSource("watch")
    const isInTime = isFirst && Deferred.doneUnsafe(ready, Effect.void)
    isFirst = false
    if (!isInTime) record([FileChange.Rescan()])
  }
  yield* watchByThread(folder, onMessage, () => setSource("none"))
  yield* Effect.timeoutOption(Deferred.await(ready), patience)
  Deferred.doneUnsafe(ready, Effect.void)
})

/** The changes of a folder, with a log of at most `capacity` bytes. Fails with FolderUnusable. */
export const layer = (options: SharedFolder.Options & { readonly capacity: number }) =>
  Layer.effect(
    FileChanges,
    Effect.gen(function* () {
      const folder = yield* SharedFolder.openFolder(options)
      const recorder = makeChangeRecorder(yield* Clock.currentTimeMillis, options.capacity)
      yield* recordChanges(folder, recorder)
      return recorder.changes
    })
  )
