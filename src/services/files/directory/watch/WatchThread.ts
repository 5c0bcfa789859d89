/**
 * The thread that watches the shared folder: what it does takes milliseconds at a time, and seconds where a large tree is
 * moved, in which the event loop would answer nobody. Its program is text made of the functions of this folder: in a file
 * of its own it would have to be found from the source and from the bundle.
 */
import { Effect, type Scope } from "effect"
import { Worker } from "node:worker_threads"
import { detailsOf } from "../DirectoryDetails.ts"
import type { SharedFolder } from "../SharedFolder.ts"
import { makeDisk } from "./Disk.ts"
import { makeFolderTree } from "./FolderTree.ts"
import { type FoundChange, makeOutbox } from "./Outbox.ts"
import { makeUnsettled } from "./Unsettled.ts"
import { runWatchLoop } from "./WatchLoop.ts"

/** What the thread sends. */
export type ThreadMessage =
  /** Changes, in their order. Each such message is answered. */
  | { readonly changes: ReadonlyArray<FoundChange> }
  /** The tree was read whole: what happens from now on is told. */
  | "ready"

const program = `
  const { parentPort, workerData } = require("node:worker_threads")
  const { isUtf8 } = require("node:buffer")
  const fs = require("node:fs")
  const detailsOf = ${detailsOf.toString()}
  const makeDisk = ${makeDisk.toString()}
  const makeFolderTree = ${makeFolderTree.toString()}
  const makeOutbox = ${makeOutbox.toString()}
  const makeUnsettled = ${makeUnsettled.toString()}
  const runWatchLoop = ${runWatchLoop.toString()}

  const { shared, quiet, longest } = workerData
  const disk = makeDisk(fs, isUtf8, shared)
  const findRoot = () => {
    try {
      const root = fs.realpathSync.native(shared.path)
      return shared.isSwitched || root === shared.path ? root : undefined
    } catch {
      return undefined
    }
  }
  const readNumber = (path, otherwise) => {
    try {
      return Number(fs.readFileSync(path, "utf8")) || otherwise
    } catch {
      return otherwise
    }
  }
  const outbox = makeOutbox((changes) => parentPort.postMessage({ changes }))
  parentPort.on("message", outbox.onTaken)
  runWatchLoop({
    disk,
    unsettled: makeUnsettled(quiet, longest),
    outbox,
    detailsOf,
    makeTree: (path, host) => makeFolderTree(path, disk, host),
    findRoot,
    mostQueued: readNumber("/proc/sys/fs/inotify/max_queued_events", 16384),
    now: () => performance.now(),
    onReady: () => parentPort.postMessage("ready")
  })
`

/** How long a file is left alone before a change of it is told, and the longest it waits for that, in milliseconds. */
const settling = { quiet: 100, longest: 1000 }

/** Watches the folder by a thread, until the scope closes; `onMessage` is called with what it sends, in order. */
export const watchByThread = (
  shared: SharedFolder,
  onMessage: (message: ThreadMessage) => void,
  onEnd: (cause: unknown) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        const worker = new Worker(program, {
          eval: true,
          name: "watch",
          workerData: { shared, ...settling }
        })
        worker
          .on("message", (message: ThreadMessage) => {
            onMessage(message)
            if (message !== "ready") worker.postMessage("taken")
          })
          .on("error", onEnd)
          .on("exit", onEnd)
          .unref()
        return worker
      }),
      (worker) =>
        Effect.promise(() => {
          worker.removeAllListeners()
          worker.on("error", () => undefined)
          return worker.terminate()
        })
    )
  )
