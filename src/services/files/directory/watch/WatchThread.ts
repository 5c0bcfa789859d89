/**
 * The thread that watches the shared folder: what it does takes milliseconds at a time, and seconds where a large tree is
 * moved, in which the event loop would answer nobody. Its program is text made of the functions of this folder: in a file
 * of its own it would have to be found from the source and from the bundle.
 */
import { Cause, Data, Effect, Queue } from "effect"
import { Worker } from "node:worker_threads"
import { detailsOf } from "../DirectoryDetails.ts"
import type { SharedFolder } from "../SharedFolder.ts"
import { makeDisk } from "./Disk.ts"
import { makeFileNames } from "./FileNames.ts"
import { makeFolderTree } from "./FolderTree.ts"
import { type FoundChange, makeOutbox } from "./Outbox.ts"
import { makeUnsettled } from "./Unsettled.ts"
import { makeSweep } from "./Sweep.ts"
import { makeWatchedFolder } from "./WatchedFolder.ts"
import type { PollReason } from "./TreeHost.ts"
import { runWatchLoop } from "./WatchLoop.ts"
import { makeWatchWork } from "./WatchWork.ts"

/** What the thread sends. */
export type ThreadMessage =
  /** Changes, in their order. Each such message is answered. */
  | { readonly changes: ReadonlyArray<FoundChange> }
  /** The tree was read whole: what happens from now on is told. */
  | "ready"
  /** How many folders are watched, and how many polled. */
  | { readonly watched: number; readonly polled: number }
  /** A folder is polled, and why. */
  | { readonly reason: PollReason }

const program = `
  const { parentPort, workerData } = require("node:worker_threads")
  const { isUtf8 } = require("node:buffer")
  const fs = require("node:fs")
  const detailsOf = ${detailsOf.toString()}
  const makeDisk = ${makeDisk.toString()}
  const makeFileNames = ${makeFileNames.toString()}
  const makeWatchedFolder = ${makeWatchedFolder.toString()}
  const makeFolderTree = ${makeFolderTree.toString()}
  const makeOutbox = ${makeOutbox.toString()}
  const makeSweep = ${makeSweep.toString()}
  const makeUnsettled = ${makeUnsettled.toString()}
  const makeWatchWork = ${makeWatchWork.toString()}
  const runWatchLoop = ${runWatchLoop.toString()}

  const { shared, isWatchable, pollEvery, quiet, longest } = workerData
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
  const now = () => performance.now()
  runWatchLoop({
    disk,
    work: makeWatchWork(disk.partOf, now),
    unsettled: makeUnsettled(quiet, longest),
    outbox,
    detailsOf,
    makeTree: (path, host) => 
      makeFolderTree(path, { disk, makeWatchedFolder, names: makeFileNames() }, host),
    findRoot,
    makeSweep: (least, work, schedule) => makeSweep(least, work, schedule, now),
    isWatchable,
    pollEvery,
    mostQueued: readNumber("/proc/sys/fs/inotify/max_queued_events", 16384),
    now,
    onReady: () => parentPort.postMessage("ready"),
    onCount: (count) => parentPort.postMessage(count),
    onPolled: (reason) => parentPort.postMessage({ reason })
  })
`

/** How long a file is left alone before a change of it is told, and the longest it waits for that, in milliseconds. */
const settling = { quiet: 100, longest: 1000 }

/**
 * The room for what lives shortly, for which V8 takes 48 MB where it may: the thread makes much garbage as it reads. With
 * this, and with one text for the names of a folder at rest, watching 10,000 folders of 20 files each takes 32 MB; with
 * neither it took 79. It costs a tenth more of the processor (Node 26.10).
 */
const maxYoungGenerationSizeMb = 4

/** The thread has ended, which it does of itself only where it failed. */
export class WatchEnded extends Data.TaggedError("WatchEnded")<{ readonly cause: unknown }> {}

/** How changes are looked for. */
export interface WatchOptions {
  /** Whether the system is asked to tell of changes; where it cannot, folders are polled without this as well. */
  readonly isWatchable: boolean
  /** How often folders are polled, at most, in milliseconds. */
  readonly pollEvery: number
}

/**
 * Watches the folder by a thread until the scope closes. Fails where the thread ends;
 * `handle` is called with what it sends, in order.
 */
export const watchByThread = <R>(
  shared: SharedFolder,
  options: WatchOptions,
  handle: (message: ThreadMessage) => Effect.Effect<void, never, R>
): Effect.Effect<never, WatchEnded, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      // The thread waits for answers, which bounds what is in here.
      const received = yield* Queue.unbounded<ThreadMessage, WatchEnded>()
      const end = (cause: unknown) =>
        void Queue.failCauseUnsafe(received, Cause.fail(new WatchEnded({ cause })))
      const worker = yield* Effect.acquireRelease(
        Effect.sync(() =>
          new Worker(program, {
            eval: true,
            name: "watch",
            resourceLimits: { maxYoungGenerationSizeMb },
            workerData: { shared, ...options, ...settling }
          })
            .on("message", (message: ThreadMessage) => void Queue.offerUnsafe(received, message))
            .on("error", end)
            .on("exit", end)
        ),
        (worker) => Effect.promise(() => worker.terminate())
      )
      worker.unref()
      return yield* Queue.take(received).pipe(
        Effect.tap(handle),
        Effect.tap((message) =>
          Effect.sync(() => {
            if (message !== "ready" && "changes" in message) worker.postMessage("taken")
          })
        ),
        Effect.forever
      )
    })
  )
