/**
 * The loop of the watching thread: events mark names, and once all that had come were taken, the names are checked, a few
 * milliseconds at a time (WatchWork). It runs in the thread (Disk).
 *
 * The system's queue of events is bounded (inotify(7), max_queued_events), and Node does not tell when it overflowed. But
 * libuv takes all that is queued in one turn of the event loop: if fewer events came than half of what the queue holds,
 * it was not full, and nothing was lost. The other half is for events that no callback is called for. Events of a watch
 * that was closed would be among these, so that watches are closed a turn later, when their last events were counted.
 */
import type { BigIntStats, FSWatcher } from "node:fs"
import type { FileDetails } from "../../FileStore.ts"
import type { Disk } from "./Disk.ts"
import type { FolderTree } from "./FolderTree.ts"
import type { Outbox } from "./Outbox.ts"
import type { Sweep } from "./Sweep.ts"
import type { PollReason, TreeHost } from "./TreeHost.ts"
import type { Unsettled } from "./Unsettled.ts"
import type { WatchedFolder } from "./WatchedFolder.ts"
import type { WatchWork } from "./WatchWork.ts"

/** What the loop is made of. */
export interface LoopParts {
  readonly disk: Disk
  readonly work: WatchWork
  readonly unsettled: Unsettled
  readonly outbox: Outbox
  readonly detailsOf: (stats: BigIntStats) => FileDetails
  readonly makeTree: (path: string, host: TreeHost) => FolderTree | undefined
  /** Where the shared folder lies now; `undefined` where it is not there. */
  readonly findRoot: () => string | undefined
  readonly makeSweep: (
    least: number,
    work: () => Generator<void>,
    schedule: (some: Generator<void>) => void
  ) => Sweep
  /** Whether the system tells of changes, folder by folder. */
  readonly isWatchable: boolean
  /** How often folders are polled, at most, in milliseconds. */
  readonly pollEvery: number
  /** How many events the system keeps. */
  readonly mostQueued: number
  /** Milliseconds that never go back. */
  readonly now: () => number
  /** The tree was read for the first time, or anew because it is another one. */
  readonly onReady: () => void
  /** How many folders are watched, and how many polled, where these numbers have changed. */
  readonly onCount: (count: ReturnType<FolderTree["count"]>) => void
  /** A folder is polled, and why. */
  readonly onPolled: (reason: PollReason) => void
}

/** Watches the shared folder until the thread ends. */
export const runWatchLoop = ({
  detailsOf,
  disk,
  findRoot,
  isWatchable,
  makeSweep,
  makeTree,
  mostQueued,
  now,
  onCount,
  onPolled,
  onReady,
  outbox,
  pollEvery,
  unsettled,
  work
}: LoopParts): void => {
  /** How long work goes on before events are taken, in milliseconds. */
  const slice = 10
  /** How often the shared folder itself is looked at, and what was put off, in milliseconds. */
  const tick = 250
  /** How often links are followed, at most, in milliseconds. */
  const followEvery = 250
  const mostLatest = 4096
  /** How often the system is asked to watch more folders, at most, in times of polling. */
  const watchMoreAfter = 5
  const limits = new Set(["ENOSPC", "EMFILE", "ENFILE", "ENOMEM"])

  let tree: FolderTree | undefined
  let isReading = false
  let events = 0
  let isAwake = false
  let closing: Array<FSWatcher> = []
  let postponed: Array<readonly [WatchedFolder, part: string | undefined]> = []
  /** The versions of files that were told of last, for an event may come of what was told already. */
  const latest = new Map<string, string>()
  let counted = ""
  let timer: NodeJS.Timeout | undefined

  const wake = (): void => {
    if (isAwake) return
    isAwake = true
    setImmediate(turn)
  }

  const mark = (folder: WatchedFolder, latin1: string | null, isRename: boolean): void => {
    wake()
    work.mark(folder, latin1, isRename)
  }

  const tellDetails = (tag: "Created" | "Changed", name: string, stats: BigIntStats): void => {
    const details = detailsOf(stats)
    unsettled.forget(name)
    if (latest.get(name) === details.version) return
    latest.delete(name)
    latest.set(name, details.version)
    if (latest.size > mostLatest)
      for (const oldest of latest.keys()) {
        latest.delete(oldest)
        break
      }
    outbox.add({ _tag: tag, name, ...details })
  }

  const polled = <A>(reason: PollReason, how: A): A => {
    onPolled(reason)
    return how
  }

  const host: TreeHost = {
    onCreated: (name, stats) => tellDetails("Created", name, stats),
    onChanged: (name, stats) => tellDetails("Changed", name, stats),
    onTouched: (name) => unsettled.mark(name, now()),
    onDeleted: (name) => {
      unsettled.forget(name)
      latest.delete(name)
      outbox.add({ _tag: "Deleted", name })
    },
    watch: (folder, device) => {
      if (!isWatchable) return polled("system", "polled")
      if (disk.isRemote(folder.path, device)) return polled("network", "polled")
      try {
        const watcher = disk.watch(folder.path, (type, latin1) => {
          events += 1
          mark(folder, latin1, type === "rename")
        })
        watcher.on("error", () => mark(folder, null, true))
        return watcher
      } catch (cause) {
        const isFull = cause instanceof Error && "code" in cause && limits.has(String(cause.code))
        return isFull ? polled("limit", "full") : undefined
      }
    },
    unwatch: (watcher) => {
      closing.push(watcher)
      wake()
    },
    versionOf: (stats) => detailsOf(stats).version,
    schedule: (some) => {
      work.schedule(some)
      wake()
    },
    postpone: (folder, part) => void postponed.push([folder, part])
  }

  const sweepWhenIdle = (least: number, of: (tree: FolderTree) => Generator<void>): Sweep =>
    makeSweep(
      least,
      function* () {
        if (tree !== undefined) yield* of(tree)
      },
      (some) => {
        work.scheduleIdle(some)
        wake()
      }
    )
  const sweeps = [
    sweepWhenIdle(pollEvery, (known) => known.sweepFolders()),
    sweepWhenIdle(watchMoreAfter * pollEvery, (known) => known.watchMore()),
    sweepWhenIdle(followEvery, (known) => known.sweepLinks())
  ]

  /** Gives up all that is to be done. */
  const drop = (): void => {
    work.drop()
    postponed = []
    for (const sweep of sweeps) sweep.reset()
  }

  /** Looks at everything anew: events were lost. */
  const rescan = (known: FolderTree): void => {
    drop()
    if (!isReading) outbox.add({ _tag: "Rescan" })
    work.schedule(known.read(known.root, !isReading, true))
  }

  /** Reads the shared folder as if for the first time. */
  const begin = (): void => {
    tree?.dispose()
    drop()
    unsettled.clear()
    const path = findRoot()
    tree = path === undefined ? undefined : makeTree(path, host)
    isReading = tree !== undefined
    if (tree !== undefined) work.schedule(tree.read(tree.root, false, false))
    wake()
  }

  function* tellSettled(root: string, names: ReadonlyArray<string>): Generator<void> {
    for (const name of names) {
      const stats = disk.look(`${root}/${name}`)
      if (stats?.isFile() === true && disk.isDirect(`${root}/${name}`))
        tellDetails("Changed", name, stats)
      yield
    }
  }

  const settle = (): void => {
    const due = unsettled.take(now())
    if (tree !== undefined && due.length > 0) work.schedule(tellSettled(tree.root.path, due))
    clearTimeout(timer)
    const next = unsettled.next()
    if (next !== undefined) timer = setTimeout(wake, Math.max(1, Math.ceil(next - now())))
  }

  const tellCount = (): void => {
    const count = tree?.count() ?? { watched: 0, polled: 0 }
    const text = `${count.watched} ${count.polled}`
    if (text !== counted) onCount(count)
    counted = text
  }

  function turn(): void {
    const taken = events
    const closed = closing
    events = 0
    closing = []
    if (tree !== undefined && taken >= mostQueued / 2) rescan(tree)
    settle()
    if (tree !== undefined) work.workUntil(tree, now() + slice, !isReading)
    outbox.flush()
    tellCount()
    if (isReading && !work.isPressing()) {
      isReading = false
      onReady()
    }
    for (const watcher of closed) watcher.close()
    isAwake = false
    if (work.isLeft() || closing.length > 0) wake()
  }

  const look = (): void => {
    const path = findRoot()
    const stats = path === undefined ? undefined : disk.look(path)
    const isSame =
      tree !== undefined
      && path === tree.root.path
      && stats !== undefined
      && disk.identityOf(stats) === tree.root.identity
    if (!isSame && (tree !== undefined || stats?.isDirectory() === true)) return begin()
    const again = postponed
    postponed = []
    for (const [folder, part] of again)
      mark(folder, part === undefined ? null : Buffer.from(part).toString("latin1"), true)
    if (tree !== undefined && !isReading) for (const sweep of sweeps) sweep.tick()
  }

  setInterval(look, tick)
  begin()
}
