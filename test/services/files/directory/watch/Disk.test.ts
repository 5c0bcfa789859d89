/** Folders of a network file system: the system tells nothing of what other machines change there. */
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { isUtf8 } from "node:buffer"
import * as fs from "node:fs"
import { detailsOf } from "../../../../../src/services/files/directory/DirectoryDetails.ts"
import { makeDisk } from "../../../../../src/services/files/directory/watch/Disk.ts"
import { makeFileNames } from "../../../../../src/services/files/directory/watch/FileNames.ts"
import { makeFolderTree } from "../../../../../src/services/files/directory/watch/FolderTree.ts"
import {
  type FoundChange,
  makeOutbox
} from "../../../../../src/services/files/directory/watch/Outbox.ts"
import { makeSweep } from "../../../../../src/services/files/directory/watch/Sweep.ts"
import type { PollReason } from "../../../../../src/services/files/directory/watch/TreeHost.ts"
import { makeUnsettled } from "../../../../../src/services/files/directory/watch/Unsettled.ts"
import { makeWatchedFolder } from "../../../../../src/services/files/directory/watch/WatchedFolder.ts"
import { runWatchLoop } from "../../../../../src/services/files/directory/watch/WatchLoop.ts"
import { makeWatchWork } from "../../../../../src/services/files/directory/watch/WatchWork.ts"
import { folderWith, writeFiles } from "../../../../support/stores/TemporaryFolder.ts"

/** The file system of this machine, but that statfs says this type, where it does not fail. */
const diskOf = (type: number | undefined) => {
  const asked: Array<string> = []
  const statfsSync = (path: string) => {
    asked.push(path)
    if (type === undefined) throw new Error("ENOSYS")
    const found = fs.statfsSync("/")
    found.type = type
    return found
  }
  // Of its overloads only the one without options is called.
  const fake = { ...fs, statfsSync: statfsSync as typeof fs.statfsSync }
  return { asked, disk: makeDisk(fake, isUtf8, { hidden: false, links: true }) }
}

/** Types that statfs(2) names: of file systems that other machines change, and of this machine's own. */
const remote = { nfs: 0x6969, smb2: 0xfe534d42, fuse: 0x65735546, "9p": 0x01021997, ceph: 0xc36400 }
const local = { ext4: 0xef53, tmpfs: 0x01021994, btrfs: 0x9123683e, xfs: 0x58465342 }

describe("a file system", () => {
  it.each(Object.entries(remote))(
    "that other machines change is known by its type: %s",
    (_, type) => {
      assert.isTrue(diskOf(type).disk.isRemote("/", 1n))
    }
  )

  it.each(Object.entries(local))("of this machine is none of these: %s", (_, type) => {
    assert.isFalse(diskOf(type).disk.isRemote("/", 1n))
  })

  it("is asked once a device, and again where it could not tell", () => {
    const { asked, disk } = diskOf(remote.nfs)
    for (const [path, device] of [
      ["/a", 1n],
      ["/b", 1n],
      ["/c", 2n]
    ] as const)
      assert.isTrue(disk.isRemote(path, device))
    assert.deepStrictEqual(asked, ["/a", "/c"])
    const mute = diskOf(undefined)
    for (const path of ["/a", "/a"]) assert.isFalse(mute.disk.isRemote(path, 1n))
    assert.lengthOf(mute.asked, 2)
  })
})

/** Watches a folder of such a file system until the scope closes, by a clock that the test moves on. */
const watchOn = (root: string, type: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      vi.useFakeTimers({
        toFake: ["clearTimeout", "performance", "setImmediate", "setInterval", "setTimeout"]
      })
      const now = () => performance.now()
      const reasons: Array<PollReason> = []
      const counts: Array<{ readonly watched: number; readonly polled: number }> = []
      const told: Array<FoundChange> = []
      const disk = {
        ...diskOf(type).disk,
        watch: () => {
          throw new Error("The system was asked to watch it.")
        }
      }
      runWatchLoop({
        detailsOf,
        disk,
        findRoot: () => root,
        isWatchable: true,
        makeSweep: (least, work, schedule) => makeSweep(least, work, schedule, now),
        makeTree: (path, host) =>
          makeFolderTree(path, { disk, makeWatchedFolder, names: makeFileNames() }, host),
        mostQueued: 1000,
        now,
        onCount: (count) => void counts.push(count),
        onPolled: (reason) => void reasons.push(reason),
        onReady: () => undefined,
        outbox: makeOutbox((changes) => void told.push(...changes)),
        pollEvery: 500,
        unsettled: makeUnsettled(100, 1000),
        work: makeWatchWork(disk.partOf, now)
      })
      return { counts, reasons, told }
    }),
    () => Effect.sync(() => vi.useRealTimers())
  )

describe("a folder of a network file system", () => {
  it.effect("is polled, because of the network, and what is new there is told", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ "a/1": "1" })
      const { counts, reasons, told } = yield* watchOn(root, remote.nfs)
      vi.advanceTimersByTime(100)
      assert.deepStrictEqual(reasons, ["network", "network"])
      assert.deepStrictEqual(counts.at(-1), { watched: 0, polled: 2 })
      yield* writeFiles(root, { "a/2": "22" })
      vi.advanceTimersByTime(2000)
      assert.deepStrictEqual(
        told.map((change) =>
          change._tag === "Rescan" ? "rescan" : `${change._tag} ${change.name}`
        ),
        ["Created a/2"]
      )
    })
  )
})
