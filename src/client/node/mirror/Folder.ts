/** The folder of a mirror on this machine's file system: a MirrorFolder through Node. */
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import { join, resolve } from "node:path"
import { isReservedOnWindows, type SaveFailed } from "../../files/Placement.ts"
import type { LocalEntry } from "../../mirror/Entries.ts"
import {
  type MirrorBusy,
  MirrorFolder,
  type Outcome,
  type StagedFile
} from "../../mirror/MirrorFolder.ts"
import { encodeGone, encodeKnown, encodeLine } from "../../mirror/state/State.ts"
import * as System from "../SystemCalls.ts"
import { attempt } from "./Attempt.ts"
import { backUp } from "./Backup.ts"
import { type Folders, makeAll, makeFolders, pathsIn, removeEmpty } from "./Folders.ts"
import * as Lock from "./Lock.ts"
import { compare, inspect } from "./Looks.ts"
import { makeStateFolder } from "./StateFolder.ts"
import { makeSyncing } from "./Syncing.ts"
import { leaves, walk } from "./Walk.ts"
import { systemError } from "../../SystemError.ts"

const done: Outcome = { _tag: "Done" }
const changedMeanwhile: Outcome = { _tag: "ChangedMeanwhile" }
const reserved = systemError("EINVAL", "no file can have this name here")

const outcomeOf = (evaluate: () => Outcome): Outcome => {
  try {
    return evaluate()
  } catch (cause) {
    return { _tag: "Failed", cause }
  }
}

/** The folder at a real path, for which the entries of these folders `changed`. */
const makeFolder = (root: string, changed: Set<string>): MirrorFolder["Service"] => {
  const own = makeStateFolder(root)
  const { sync, syncFolders } = makeSyncing(root, changed)
  const pathOf = pathsIn(root)

  /** Makes the mirror's own folder, whose entry in the root has to be synced then. */
  const makeOwn = (): void => {
    if (own.make()) changed.add(root)
  }

  const placeOne = ({ name, path, seen }: StagedFile, folders: Folders): Outcome => {
    if (process.platform === "win32" && isReservedOnWindows(name)) throw reserved
    const place = pathOf(name)
    folders.make(name)
    // A folder that was there is removed by who plans it; where it still is, renaming fails.
    if (seen?.kind !== "folder" && !System.isSameEntry(System.entryAt(place), seen))
      return changedMeanwhile
    System.moveInto(path, place, () => own.spareBeside(place))
    return done
  }

  const setTime = (name: string, seen: LocalEntry | undefined, modified: number): Outcome => {
    const { isSafe } = makeFolders(root)
    if (!isSafe(name) || !System.isSameEntry(System.entryAt(pathOf(name)), seen))
      return changedMeanwhile
    System.setTimeOf(pathOf(name), modified)
    return done
  }

  const remove = (name: string, seen: LocalEntry | undefined): Outcome => {
    const { isSafe } = makeFolders(root)
    const there = isSafe(name) ? System.entryAt(pathOf(name)) : undefined
    if (there !== undefined) {
      if (there.kind === "folder" || !System.isSameEntry(there, seen)) return changedMeanwhile
      fs.unlinkSync(pathOf(name))
      changed.add(join(pathOf(name), ".."))
    }
    removeEmpty(root, name, changed)
    return done
  }

  return {
    path: root,
    pathOf,
    partOf: own.partOf,
    readState: attempt(own.path, own.read),
    begin: attempt(own.path, () => {
      makeOwn()
      own.makeParts()
    }),
    inspect: (names) => inspect(root, names),
    compare: (state) => compare(root, state),
    names: attempt(root, () => Array.from(walk(root, ""))),
    leavesOf: (name) => attempt(pathOf(name), () => Array.from(leaves(root, name))),
    stage: (files) =>
      attempt(root, () =>
        files.map(({ bytes, modified }) => {
          const path = own.nextPart()
          System.writeFile(path, bytes, modified)
          return path
        })
      ),
    stageCopy: (from, modified) =>
      attempt(pathOf(from), () => {
        const path = own.nextPart()
        System.copy(pathOf(from), path)
        System.setTimeOf(path, modified)
        return path
      }),
    place: Effect.fnUntraced(function* (files) {
      const lines = files.map(({ entry, name }) => encodeLine(name, entry))
      yield* attempt(own.journal, () => own.append(lines))
      const unsynced = files.flatMap((file) => (file.isSynced ? [] : [file.path]))
      yield* sync([...unsynced, own.journal, own.path])
      const folders = makeFolders(root, changed)
      return files.map((file) => outcomeOf(() => placeOne(file, folders)))
    }),
    syncNames: syncFolders,
    setTime: (name, seen, modified) =>
      Effect.sync(() => outcomeOf(() => setTime(name, seen, modified))),
    remove: (name, seen) => Effect.sync(() => outcomeOf(() => remove(name, seen))),
    backUp: (name, folder) => backUp(pathOf(name), resolve(folder, name), root),
    record: Effect.fnUntraced(function* (known) {
      const lines = known.map(([name, entry]) =>
        entry === undefined ? encodeGone(name) : encodeKnown(name, entry)
      )
      if (lines.length > 0) yield* attempt(own.path, makeOwn)
      yield* syncFolders
      if (lines.length > 0) yield* attempt(own.journal, () => own.append(lines))
    }),
    writeState: Effect.fnUntraced(function* (content) {
      yield* attempt(own.path, makeOwn)
      yield* syncFolders
      const next = yield* attempt(own.path, () => own.writeNext(content))
      yield* sync([next])
      yield* attempt(own.path, () => own.replaceBy(next))
      yield* sync([own.path])
    }),
    removeParts: Effect.ignore(Effect.try(own.removeParts))
  }
}

/**
 * The folder at `path`, which is made where it is not there, for this mirror alone until the layer's scope closes. Where
 * `isReadOnly`, as for a plan that is only shown, nothing is made or locked.
 */
export const layer = (
  path: string,
  isReadOnly: boolean
): Layer.Layer<MirrorFolder, SaveFailed | MirrorBusy> =>
  Layer.effect(
    MirrorFolder,
    Effect.gen(function* () {
      if (isReadOnly) {
        const root = yield* attempt(path, () =>
          fs.existsSync(path) ? fs.realpathSync(path) : path
        )
        return makeFolder(root, new Set())
      }
      const made = yield* attempt(path, () => makeAll(path))
      const root = yield* attempt(path, () => fs.realpathSync(path))
      const { dev, ino } = fs.statSync(root, { bigint: true })
      yield* Lock.hold(`${dev}-${ino}`, path)
      return makeFolder(root, new Set(made))
    })
  )
