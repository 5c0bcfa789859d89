/** The folder of a mirror on this machine's file system: a MirrorFolder through Node. */
import { Effect, Layer } from "effect"
import { randomBytes, createHash } from "node:crypto"
import * as fs from "node:fs"
import { dirname, isAbsolute, join, relative, resolve } from "node:path"
import { isReservedOnWindows, SaveFailed } from "../../files/Placement.ts"
import { type LocalEntry, stateFolder } from "../../mirror/Entries.ts"
import { type MirrorBusy, MirrorFolder, type Outcome } from "../../mirror/MirrorFolder.ts"
import { encodeGone, encodeKnown, encodeLine, largestState } from "../../mirror/state/State.ts"
import { makeAll, makeFolders, removeEmpty } from "./Folders.ts"
import * as Lock from "./Lock.ts"
import * as System from "../SystemCalls.ts"
import { isEmpty, leaves, walk } from "./Walk.ts"

/** How many names are looked at before other fibers run; about 5 ms. */
const looksPerTurn = 1000

const done: Outcome = { _tag: "Done" }
const changedMeanwhile: Outcome = { _tag: "ChangedMeanwhile" }
const reserved = Object.assign(new Error("no file can have this name here"), { code: "EINVAL" })
const tooLarge = Object.assign(new Error("it is too large"), { code: "EFBIG" })

const readIfThere = (path: string): Buffer | undefined => {
  if (System.entryAt(path)?.kind !== "file") return undefined
  if (fs.statSync(path).size > largestState) throw tooLarge
  return fs.readFileSync(path)
}

/** Makes a folder that nobody else can read, unless it is there; whether it did. Throws where something else is. */
const makePrivate = (path: string): boolean => {
  if (System.entryAt(path)?.kind === "folder") return false
  fs.mkdirSync(path, 0o700)
  return true
}

/** The folder at a real path, for which the entries of these folders `changed`. */
const makeFolder = (root: string, changed: Set<string>): MirrorFolder["Service"] => {
  const own = join(root, stateFolder)
  const parts = join(own, "parts")
  const inParts = join(parts, "/")
  const journal = join(own, "journal")
  /** Made when it is needed: for this alone Node would load all of its cryptography, 10 ms. */
  let run: string | undefined
  const ownName = (): string => (run ??= randomBytes(6).toString("hex"))
  const isSynced = fs.existsSync(root) && System.needsSync(root)
  let staged = 0

  /** Makes the mirror's own folder, whose entry in the root has to be synced then. */
  const makeOwn = (): void => {
    if (makePrivate(own)) changed.add(root)
  }

  const failed = (path: string) => (cause: unknown) => new SaveFailed({ path, cause })
  const attempt = <A>(path: string, evaluate: () => A) =>
    Effect.try({ try: evaluate, catch: failed(path) })
  const sync = (paths: Iterable<string>, syncAll = System.syncAll) =>
    isSynced ? Effect.tryPromise({ try: () => syncAll(paths), catch: failed(root) }) : Effect.void
  /** Syncs the folders whose entries changed. */
  const syncFolders = Effect.suspend(() => {
    const all = [...changed]
    const paths = all.filter((path) => fs.existsSync(path))
    // Not before: where syncing fails, it is left to who writes the state the next time.
    const forget = Effect.sync(() => {
      for (const path of all) changed.delete(path)
    })
    return paths.length === 0 ? forget : Effect.andThen(sync(paths, System.syncFolders), forget)
  })

  const isWindows = process.platform === "win32"
  const inRoot = root.endsWith("/") ? root : `${root}/`
  // A name needs no normalising, which took a quarter of the time of looking at 10,000 files.
  const pathOf = (name: string): string => (isWindows ? join(root, name) : `${inRoot}${name}`)
  const nextPart = (): string => `${inParts}${ownName()}-${staged++}`
  const outcomeOf = (evaluate: () => Outcome): Outcome => {
    try {
      return evaluate()
    } catch (cause) {
      return { _tag: "Failed", cause }
    }
  }

  return {
    path: root,
    pathOf,
    partOf: (name) => join(parts, createHash("sha256").update(name).digest("hex").slice(0, 32)),
    readState: Effect.suspend(() =>
      attempt(own, () => ({
        state: readIfThere(join(own, "state")),
        journal: readIfThere(journal)?.toString()
      }))
    ),
    begin: Effect.suspend(() =>
      attempt(own, () => {
        makeOwn()
        makePrivate(parts)
      })
    ),
    inspect: Effect.fnUntraced(function* (names) {
      const found = new Map<string, LocalEntry>()
      const { isSafe } = makeFolders(root, changed)
      const all = [...names]
      if (all.length > looksPerTurn && (yield* attempt(root, () => isEmpty(root)))) return found
      for (let next = 0; next < all.length; next += looksPerTurn) {
        yield* attempt(root, () => {
          for (const name of all.slice(next, next + looksPerTurn)) {
            const entry = isSafe(name) ? System.entryAt(pathOf(name)) : undefined
            if (entry !== undefined) found.set(name, entry)
          }
        })
        yield* Effect.yieldNow
      }
      return found
    }),
    compare: Effect.fnUntraced(function* (state) {
      const same = new Uint8Array(state.count)
      const others = new Map<string, LocalEntry>()
      const { isSafe } = makeFolders(root, changed)
      for (let next = 0; next < state.count; next += looksPerTurn) {
        yield* attempt(root, () => {
          for (let row = next; row < Math.min(next + looksPerTurn, state.count); row++) {
            const name = state.nameAt(row)
            const entry = isSafe(name) ? System.entryAt(pathOf(name)) : undefined
            if (entry === undefined) continue
            if (entry.kind === "file" && state.isOf(row, entry.size, entry.modified)) same[row] = 1
            else others.set(name, entry)
          }
        })
        yield* Effect.yieldNow
      }
      return { same, others }
    }),
    names: Effect.suspend(() => attempt(root, () => Array.from(walk(root, "")))),
    leavesOf: (name) => attempt(pathOf(name), () => Array.from(leaves(root, name))),
    stage: (files) =>
      attempt(root, () =>
        files.map(({ bytes, modified }) => {
          const path = nextPart()
          System.writeFile(path, bytes, modified)
          return path
        })
      ),
    stageCopy: (from, modified) =>
      attempt(pathOf(from), () => {
        const path = nextPart()
        System.copy(pathOf(from), path)
        System.setTimeOf(path, modified)
        return path
      }),
    place: Effect.fnUntraced(function* (files) {
      const lines = files.map(({ entry, name }) => encodeLine(name, entry))
      yield* attempt(journal, () => System.append(journal, lines.join("")))
      const unsynced = files.flatMap((file) => (file.isSynced ? [] : [file.path]))
      yield* sync([...unsynced, journal, own])
      const folders = makeFolders(root, changed)
      return files.map(({ name, path, seen }) =>
        outcomeOf(() => {
          if (isWindows && isReservedOnWindows(name)) throw reserved
          const place = pathOf(name)
          folders.make(name)
          // A folder that was there is removed by who plans it; where it still is, renaming fails.
          if (seen?.kind !== "folder" && !System.isSameEntry(System.entryAt(place), seen))
            return changedMeanwhile
          System.moveInto(path, place, () => join(place, "..", `.${ownName()}.part`))
          return done
        })
      )
    }),
    syncNames: syncFolders,
    setTime: (name, seen, modified) =>
      Effect.sync(() =>
        outcomeOf(() => {
          const { isSafe } = makeFolders(root, changed)
          if (!isSafe(name) || !System.isSameEntry(System.entryAt(pathOf(name)), seen))
            return changedMeanwhile
          System.setTimeOf(pathOf(name), modified)
          return done
        })
      ),
    remove: (name, seen) =>
      Effect.sync(() =>
        outcomeOf(() => {
          const { isSafe } = makeFolders(root, changed)
          const there = isSafe(name) ? System.entryAt(pathOf(name)) : undefined
          if (there !== undefined) {
            if (there.kind === "folder" || !System.isSameEntry(there, seen)) return changedMeanwhile
            fs.unlinkSync(pathOf(name))
            changed.add(join(pathOf(name), ".."))
          }
          removeEmpty(root, name, changed)
          return done
        })
      ),
    backUp: Effect.fnUntraced(function* (name, folder) {
      const place = resolve(folder, name)
      const paths = yield* attempt(place, () => {
        const changed = makeAll(dirname(place))
        let copy = place
        for (let number = 1; System.entryAt(copy) !== undefined; number++)
          copy = `${place}.${number}`
        System.copy(pathOf(name), copy)
        if (!System.needsSync(dirname(place))) return []
        return [copy, dirname(copy), ...changed]
      })
      yield* Effect.tryPromise({ try: () => System.syncAll(paths), catch: failed(place) })
    }),
    record: Effect.fnUntraced(function* (lines) {
      const text = lines.map(([name, entry]) =>
        entry === undefined ? encodeGone(name) : encodeKnown(name, entry)
      )
      if (text.length > 0) yield* attempt(own, makeOwn)
      yield* syncFolders
      if (text.length > 0) yield* attempt(journal, () => System.append(journal, text.join("")))
    }),
    writeState: Effect.fnUntraced(function* (content) {
      yield* attempt(own, makeOwn)
      yield* syncFolders
      const next = join(own, `state-${ownName()}`)
      yield* attempt(own, () => {
        fs.rmSync(next, { force: true })
        System.writeFile(next, content, undefined)
      })
      yield* sync([next])
      yield* attempt(own, () => {
        fs.renameSync(next, join(own, "state"))
        fs.rmSync(journal, { force: true })
      })
      yield* sync([own])
    }),
    removeParts: Effect.ignore(
      Effect.try(() => {
        fs.rmSync(parts, { recursive: true, force: true })
        for (const file of fs.readdirSync(own)) {
          if (file.startsWith("state-")) fs.rmSync(join(own, file), { force: true })
        }
      })
    )
  }
}

/** Whether a path is that of a folder, or leads into it. */
export const isInside = (folder: string, path: string): boolean => {
  const away = relative(resolve(folder), resolve(path))
  return !isAbsolute(away) && away.split(/[\\/]/)[0] !== ".."
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
      const failed = (cause: unknown) => new SaveFailed({ path, cause })
      if (isReadOnly) {
        const root = yield* Effect.try({
          try: () => (fs.existsSync(path) ? fs.realpathSync(path) : path),
          catch: failed
        })
        return makeFolder(root, new Set())
      }
      const made = yield* Effect.try({ try: () => makeAll(path), catch: failed })
      const root = yield* Effect.try({ try: () => fs.realpathSync(path), catch: failed })
      const { dev, ino } = fs.statSync(root, { bigint: true })
      yield* Lock.hold(`${dev}-${ino}`, path)
      return makeFolder(root, new Set(made))
    })
  )
