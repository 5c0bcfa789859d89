/** Gathers what a plan is made from, and makes it: the listing, the state, what is in the folder, digests where they tell. */
import { Effect } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import type { ErrorReply } from "../Connection.ts"
import type { Connectors } from "../Connector.ts"
import { type Hashing, localDigestOf } from "../files/Hashing.ts"
import { SaveFailed } from "../files/Placement.ts"
import { isChanged, isNotFound } from "../files/RemoteFile.ts"
import { receiveDigests } from "../files/small/Digests.ts"
import { type Added, type Additions, takeAdditions } from "./Additions.ts"
import * as Deletion from "./Deletion.ts"
import { foldersOf, type LocalEntry, type PlacedEntry, type RemoteEntry } from "./Entries.ts"
import { makeSelected, type Manifest, readManifest, type Selection } from "./Manifest.ts"
import { type Comparison, MirrorFolder } from "./MirrorFolder.ts"
import { type Action, type Digests, doubts, plan, type Situation, vacant } from "./Plan.ts"
import { type Known, readKnown } from "./state/Known.ts"
import * as NextState from "./state/NextState.ts"
import type * as State from "./state/State.ts"

/** What is mirrored, and what may be done for it. */
export interface Options extends Selection, Deletion.Options {
  /** Whether digests are compared even where size, time and version are as they were. */
  readonly checksum: boolean
}

/** What is to be done. */
export interface Decision {
  readonly actions: ReadonlyArray<Action>
  /** What is deleted. */
  readonly gone: ReadonlyArray<Extract<Action, { readonly _tag: "Gone" }>>
  /**
   * Names of files that are gone already, whose folders may be left: a run was killed before it put the file there, or
   * when it had removed only the file.
   */
  readonly vacant: ReadonlyArray<FileName.FileName>
  /** The names of files that people changed, and that are overwritten or deleted all the same. */
  readonly forced: ReadonlySet<string>
}

/** A plan, and what it was made from. */
export interface Prepared extends Decision {
  readonly state: State.State
  readonly local: ReadonlyMap<string, LocalEntry>
  /** How many files need no action, for nothing is to do. */
  readonly settledCount: number
  /** The files that are simply new, and are not among the actions. */
  readonly additions: Additions
  /** Whether a state file is there and is none: then all files are compared by their digests. */
  readonly isStateUnreadable: boolean
  /** Writes down what there is once it is done: of the names of `state` and of actions, and which additions. */
  readonly remember: (
    next: ReadonlyMap<FileName.FileName, PlacedEntry>,
    added: Added
  ) => Effect.Effect<void, SaveFailed, MirrorFolder | Hashing>
}

/** How many files are hashed here at a time. */
const hashedAtOnce = 4

/** What the mirror remembers, and what is in the folder and on the server at the names that it remembers. */
interface Remembered extends Pick<Known, "file" | "journal"> {
  readonly comparison: Comparison
  readonly manifest: Manifest
}

/** Which rows need no plan, and what has to be planned: all other files. */
const sortOut = ({ comparison, file, journal, manifest }: Remembered, { checksum }: Options) => {
  const settled = new Uint8Array(file.count)
  const state: State.State = new Map()
  const local = new Map(comparison.others)
  const remote: Array<RemoteEntry> = []
  for (let row = 0; row < file.count; row++) {
    const isKnown = manifest.known[row] === 1
    const isSame = comparison.same[row] === 1
    if (isSame && isKnown && !checksum && (journal.size === 0 || !journal.has(file.nameAt(row)))) {
      settled[row] = 1
      continue
    }
    const name = file.nameAt(row)
    const entry = file.entryAt(row)
    const { modified, size, version } = entry
    state.set(name, [entry])
    if (isSame) local.set(name, { kind: "file", size, modified })
    if (isKnown) remote.push({ name, size, modified, version })
  }
  for (const [name, entries] of journal)
    if (entries.length === 0) state.delete(name)
    else state.set(name, entries)
  for (const entry of manifest.others) remote.push(entry)
  remote.sort((one, other) => FileName.byBytes(one.name, other.name))
  return { settled, state, local, remote }
}

/** What may be deleted, and what is in the folders that stand where a file has to be; the rest of a situation is given. */
export const withObstacles = Effect.fnUntraced(function* (
  found: Omit<Situation, "deletes" | "leaves">,
  options: Deletion.Options
) {
  const folder = yield* MirrorFolder
  const leaves = new Map<string, ReadonlyArray<string>>()
  if (options.delete)
    for (const { name } of found.remote)
      if (found.local.get(name)?.kind === "folder") leaves.set(name, yield* folder.leavesOf(name))
  const deletes = !options.delete ? "nothing" : options.force ? "all" : "placed"
  const situation: Situation = { ...found, deletes, leaves }
  return situation
})

/** How many files are here that the mirror knows, or deletes though it does not, of those that are selected now. */
const countKnown = ({ isSelected, local, others, state }: Situation): number => {
  let count = 0
  for (const name of state.keys()) if (local.has(name) && isSelected(name)) count += 1
  for (const name of others) if (!state.has(name)) count += 1
  return count
}

/** Whether it says that there is no such version of the file any more. */
const isOver = (error: ErrorReply): boolean => isChanged(error) || isNotFound(error)

/** The digests of the listed versions; none for a file that is gone or has another version by now. */
const remoteDigests = Effect.fnUntraced(function* (
  entries: ReadonlyArray<RemoteEntry>,
  { digests }: Connectors
) {
  const wanted = entries.map((remote) => ({ key: ByteString.fromText(remote.name), remote }))
  const received = yield* receiveDigests(wanted, digests)
  const found = new Map<string, string>()
  for (const [index, { name }] of entries.entries()) {
    const digest = received[index]
    if (typeof digest === "string") found.set(name, digest)
    else if (digest !== undefined && !isOver(digest)) return yield* digest
  }
  return found
})

/** The digests of files in the folder; none for one that cannot be read. */
const localDigests = Effect.fnUntraced(function* (
  names: ReadonlyArray<RemoteEntry["name"]>,
  local: Situation["local"]
) {
  const folder = yield* MirrorFolder
  const found = new Map<string, string>()
  yield* Effect.forEach(
    names,
    (name) => {
      const entry = local.get(name)
      return entry?.kind !== "file"
        ? Effect.void
        : localDigestOf(folder.pathOf(name), entry.size).pipe(
            Effect.map((digest) => void found.set(name, digest)),
            Effect.catchTag("HashUnavailable", () => Effect.void)
          )
    },
    { concurrency: hashedAtOnce, discard: true }
  )
  return found
})

/**
 * Decides what is to be done. `listed` is as Deletion has it; `settled`: how many files the situation has as settled and
 * are selected. Fails, before anything is changed, where too much would be deleted.
 */
export const decide = Effect.fnUntraced(function* (
  situation: Situation,
  counts: { readonly listed: number; readonly settled: number },
  options: Options,
  connectors: Connectors
) {
  const wanted = doubts(situation)
  const digests: Digests = yield* Effect.all(
    {
      local: localDigests(wanted.local, situation.local),
      remote: remoteDigests(wanted.remote, connectors)
    },
    { concurrency: 2 }
  )
  const planned = plan(situation, digests)
  const actions = options.force ? Deletion.forced(planned) : planned
  const known = counts.settled + countKnown(situation)
  const gone = Deletion.deletions(actions, { listed: counts.listed, known }, options)
  if (gone instanceof Deletion.DeletionRefused) return yield* gone
  const forced = new Set<string>(
    options.force
      ? planned.flatMap((action) =>
          action._tag === "Kept" || (action._tag === "Gone" && !action.isPlaced)
            ? [action.name]
            : []
        )
      : []
  )
  const decision: Decision = {
    actions,
    gone,
    forced,
    vacant: options.delete ? vacant(situation) : []
  }
  return decision
})

/** Whether the state file says this already. */
const isWritten = (next: ReadonlyMap<FileName.FileName, PlacedEntry>, state: State.State) =>
  next.size === state.size
  && [...next].every(([name, entry]) => {
    const candidates = state.get(name)
    return candidates?.length === 1 && candidates[0] === entry
  })

/** Makes the plan. Fails, before anything is changed, where the listing fails or where too much would be deleted. */
export const prepare = Effect.fn("mirror.prepare")(function* (
  options: Options,
  connectors: Connectors
) {
  const folder = yield* MirrorFolder
  const { file, isStateStale, isStateUnreadable, journal } = yield* readKnown
  // The folder is looked at while the server lists: what changes between the two is seen when it is replaced.
  const [manifest, comparison] = yield* Effect.all(
    [readManifest(options, file, connectors.bytes), folder.compare(file)],
    { concurrency: 2 }
  )
  const isSelected = makeSelected(options)
  const others = options.delete && options.force ? yield* folder.names : []
  const { settled, state, ...found } = sortOut({ file, journal, comparison, manifest }, options)
  const { remote } = found
  const folders = new Set<string>()
  for (const { name } of remote) for (const above of foldersOf(name)) folders.add(above)
  const names = function* () {
    yield* others
    yield* journal.keys()
    for (const { name } of manifest.others) yield name
    yield* folders
  }
  const local = new Map([...found.local, ...(yield* folder.inspect(names()))])
  const isSettled = (name: FileName.FileName): boolean => {
    const row = file.rowOf(name)
    return row !== undefined && settled[row] === 1
  }
  const settledRows = function* () {
    for (let row = 0; row < file.count; row++)
      if (settled[row] === 1) yield [file.nameAt(row), file.entryAt(row)] as const
  }
  const settledCount = settled.reduce((sum, one) => sum + one, 0)
  const { checksum } = options
  const whole = yield* withObstacles(
    {
      remote,
      state,
      local,
      isSelected,
      settled: settledRows,
      others: others.filter((name) => isSelected(name) && !isSettled(name)),
      checksum
    },
    options
  )
  const { additions, rest: situation } = takeAdditions(whole)
  const decision = yield* decide(
    situation,
    { listed: manifest.count, settled: settledCount },
    options,
    connectors
  )
  const prepared: Prepared = {
    ...decision,
    state,
    local,
    settledCount,
    additions,
    isStateUnreadable,
    remember: (next, added) =>
      isStateStale || additions.files.length > 0 || !isWritten(next, state)
        ? NextState.write({ file, settled, entries: next, added })
        : Effect.void
  }
  return prepared
})

/** A failure of the folder as a whole, such as a full disk: then nothing more is attempted. */
export const isFatal = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && ["ENOSPC", "EDQUOT", "EROFS"].includes(String(cause.code))) return true
  }
  return error instanceof SaveFailed && isFatal(error.cause)
}
