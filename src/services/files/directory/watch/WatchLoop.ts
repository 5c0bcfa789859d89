/**
 * The work of the watching thread: events mark names, and once all that had come were taken, the names are checked, a few
 * milliseconds at a time. It runs in the thread (Disk).
 *
 * The system's queue of events is bounded (inotify(7), max_queued_events), and Node does not tell when it overflowed. But
 * libuv takes all that is queued in one turn of the event loop: if fewer events came than half of what the queue holds,
 * it was not full, and nothing was lost. The other half is for events that no callback is called for. Events of a watch
 * that was closed would be among these, so that watches are closed a turn later, when their last events were counted.
 */
import type { BigIntStats, FSWatcher } from "node:fs"
import type { FileDetails } from "../../FileStore.ts"
import type { Disk } from "./Disk.ts"
import type { FolderTree, TreeHost, WatchedFolder } from "./FolderTree.ts"
import type { Outbox } from "./Outbox.ts"
import type { Unsettled } from "./Unsettled.ts"

/** What the loop is made of. */
export interface LoopParts {
  readonly disk: Disk
  readonly unsettled: Unsettled
  readonly outbox: Outbox
  readonly detailsOf: (stats: BigIntStats) => FileDetails
  readonly makeTree: (path: string, host: TreeHost) => FolderTree | undefined
  /** Where the shared folder lies now; `undefined` where it is not there. */
  readonly findRoot: () => string | undefined
  /** How many events the system keeps. */
  readonly mostQueued: number
  /** Milliseconds that never go back. */
  readonly now: () => number
  /** The tree was read for the first time, or anew because it is another one. */
  readonly onReady: () => void
}

/** Watches the shared folder until the thread ends. */
export const runWatchLoop = ({
  detailsOf,
  disk,
  findRoot,
  makeTree,
  mostQueued,
  now,
  onReady,
  outbox,
  unsettled
}: LoopParts): void => {
  /** How long work goes on before events are taken, in milliseconds. */
  const slice = 10
  /** How often the shared folder itself is looked at, and what was put off, in milliseconds. */
  const tick = 1000

  let tree: FolderTree | undefined
  let isReading = false
  let events = 0
  let isAwake = false
  let closing: Array<FSWatcher> = []
  /** Names that events marked, and whether one may be another folder's now. */
  let marked = new Map<WatchedFolder, Map<string | null, boolean>>()
  let postponed: Array<readonly [WatchedFolder, string]> = []
  let work: Array<Generator<void>> = []
  let timer: NodeJS.Timeout | undefined

  const wake = (): void => {
    if (isAwake) return
    isAwake = true
    setImmediate(turn)
  }

  const tellDetails = (tag: "Created" | "Changed", name: string, stats: BigIntStats): void => {
    unsettled.forget(name)
    outbox.add({ _tag: tag, name, ...detailsOf(stats) })
  }

  const host: TreeHost = {
    onCreated: (name, stats) => tellDetails("Created", name, stats),
    onChanged: (name, stats) => tellDetails("Changed", name, stats),
    onTouched: (name) => unsettled.mark(name, now()),
    onDeleted: (name) => {
      unsettled.forget(name)
      outbox.add({ _tag: "Deleted", name })
    },
    onEvent: (folder, type, latin1) => {
      events += 1
      wake()
      if (folder.isGone) return
      const names = marked.get(folder) ?? new Map<string | null, boolean>()
      names.set(latin1, names.get(latin1) === true || type === "rename")
      marked.set(folder, names)
    },
    watch: (folder) => {
      try {
        const watcher = disk.watch(folder.path, (type, latin1) =>
          host.onEvent(folder, type, latin1)
        )
        watcher.on("error", () => host.onEvent(folder, "rename", null))
        return watcher
      } catch {
        return undefined
      }
    },
    unwatch: (watcher) => {
      closing.push(watcher)
      wake()
    },
    versionOf: (stats) => detailsOf(stats).version,
    schedule: (some) => {
      work.push(some)
      wake()
    },
    postpone: (folder, part) => void postponed.push([folder, part])
  }

  /** Looks at everything anew: events were lost. */
  const rescan = (known: FolderTree): void => {
    marked = new Map()
    postponed = []
    if (isReading) return begin()
    outbox.add({ _tag: "Rescan" })
    work = [known.read(known.root, true, true)]
  }

  /** Reads the shared folder as if for the first time. */
  const begin = (): void => {
    tree?.dispose()
    marked = new Map()
    postponed = []
    unsettled.clear()
    const path = findRoot()
    tree = path === undefined ? undefined : makeTree(path, host)
    isReading = tree !== undefined
    work = tree === undefined ? [] : [tree.read(tree.root, false, false)]
    wake()
  }

  /** Checks the names that were marked, then goes on with what is read, until the time is over. */
  const workUntil = (end: number): void => {
    const known = tree
    if (known === undefined) return
    for (const [folder, names] of marked) {
      for (const [latin1, isRename] of names) {
        names.delete(latin1)
        const part = latin1 === null ? undefined : disk.partOf(latin1)
        if (latin1 === null) work.push(known.read(folder, true, true))
        else if (part !== undefined) known.check(folder, part, isRename)
        if (now() >= end) return
      }
      marked.delete(folder)
    }
    for (let some = work.shift(); some !== undefined; some = work.shift()) {
      for (;;) {
        if (some.next().done === true) break
        if (now() >= end) {
          work.unshift(some)
          return
        }
      }
      if (now() >= end) return
    }
    if (isReading) {
      isReading = false
      onReady()
    }
  }

  const settle = (): void => {
    const path = tree?.root.path
    for (const name of unsettled.take(now())) {
      const stats = disk.look(`${path}/${name}`)
      if (stats?.isFile() === true && disk.isDirect(`${path}/${name}`))
        tellDetails("Changed", name, stats)
    }
    clearTimeout(timer)
    const next = unsettled.next()
    if (next !== undefined) timer = setTimeout(wake, Math.max(1, Math.ceil(next - now())))
  }

  function turn(): void {
    const counted = events
    const closed = closing
    events = 0
    closing = []
    if (tree !== undefined && counted >= mostQueued / 2) rescan(tree)
    workUntil(now() + slice)
    settle()
    outbox.flush()
    for (const watcher of closed) watcher.close()
    isAwake = false
    if (marked.size > 0 || work.length > 0 || closing.length > 0) wake()
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
      host.onEvent(folder, "rename", Buffer.from(part).toString("latin1"))
  }

  setInterval(look, tick)
  begin()
}
