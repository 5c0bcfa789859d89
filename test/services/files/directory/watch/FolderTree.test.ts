/** A tree of folders of which the system watches no more than the test lets it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isUtf8 } from "node:buffer"
import * as fs from "node:fs"
import { detailsOf } from "../../../../../src/services/files/directory/DirectoryDetails.ts"
import { makeDisk } from "../../../../../src/services/files/directory/watch/Disk.ts"
import { makeFileNames } from "../../../../../src/services/files/directory/watch/FileNames.ts"
import { makeFolderTree } from "../../../../../src/services/files/directory/watch/FolderTree.ts"
import {
  makeWatchedFolder,
  type WatchedFolder
} from "../../../../../src/services/files/directory/watch/WatchedFolder.ts"
import { folderWith, writeFiles } from "../../../../support/stores/TemporaryFolder.ts"

const sorted = (names: Iterable<string>): ReadonlyArray<string> => [...names].sort()

/** The tree of a folder, and what it has done. */
const treeOf = (root: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const seen = {
        hasRoom: false,
        fails: false,
        watched: new Array<string>(),
        postponed: 0,
        told: new Array<string>(),
        folders: new Set<WatchedFolder>()
      }
      const work: Array<Generator<void>> = []
      const disk = makeDisk(fs, isUtf8, { hidden: false, links: true })
      const tree = makeFolderTree(
        root,
        {
          disk: {
            ...disk,
            list: (path) => {
              if (seen.fails) throw new Error("EMFILE")
              return disk.list(path)
            }
          },
          names: makeFileNames(),
          makeWatchedFolder
        },
        {
          onCreated: (name) => void seen.told.push(`+${name}`),
          onChanged: (name) => void seen.told.push(`*${name}`),
          onTouched: () => undefined,
          onDeleted: (name) => void seen.told.push(`-${name}`),
          watch: (folder) => {
            seen.folders.add(folder)
            if (!seen.hasRoom) return "full"
            seen.watched.push(folder.name)
            return disk.watch(folder.path, () => undefined)
          },
          unwatch: (watcher) => watcher.close(),
          versionOf: (stats) => detailsOf(stats).version,
          schedule: (some) => void work.push(some),
          postpone: () => void (seen.postponed += 1)
        }
      )
      if (tree === undefined) return assert.fail("no folder")
      work.push(tree.read(tree.root, false, false))
      for (let some = work.shift(); some !== undefined; some = work.shift()) Array.from(some)
      return { seen, tree }
    }),
    ({ tree }) => Effect.sync(tree.dispose)
  )

describe("folders that are polled because there was no room", () => {
  it.effect("are watched once each when there is, also where that was given up in between", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ "a/1": "1", "b/2": "2", "c/3": "3" })
      const { seen, tree } = yield* treeOf(root)
      assert.deepStrictEqual(tree.count(), { watched: 0, polled: 4 })
      seen.hasRoom = true
      tree.watchMore().next()
      Array.from(tree.watchMore())
      assert.deepStrictEqual(sorted(seen.watched), ["", "a", "b", "c"])
      assert.deepStrictEqual(tree.count(), { watched: 4, polled: 0 })
    })
  )

  it.effect("are compared before, and again later where they could not be", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ "a/1": "1" })
      const { seen, tree } = yield* treeOf(root)
      yield* writeFiles(root, { "a/1": "other" })
      seen.hasRoom = true
      seen.fails = true
      Array.from(tree.watchMore())
      assert.deepStrictEqual(tree.count(), { watched: 2, polled: 2 })
      seen.fails = false
      Array.from(tree.watchMore())
      assert.deepStrictEqual(seen.told, ["*a/1"])
      assert.deepStrictEqual(tree.count(), { watched: 2, polled: 0 })
    })
  )

  it.effect("have their names as one text then", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ "a/1": "1", "a/2": "2" })
      const { seen, tree } = yield* treeOf(root)
      seen.hasRoom = true
      Array.from(tree.watchMore())
      assert.deepStrictEqual(
        sorted(Array.from(seen.folders, ({ files }) => (typeof files === "string" ? files : "?"))),
        ["", "1/2"]
      )
    })
  )
})
