/** Gathers what a plan is made from, and makes it: the listing, the state, what is in the folder, digests where they tell. */
import { Effect } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import type { ErrorReply } from "../Connection.ts"
import type { Connectors } from "../Connector.ts"
import { localDigestOf } from "../files/Hashing.ts"
import { SaveFailed } from "../files/Placement.ts"
import { isChanged, isNotFound } from "../files/RemoteFile.ts"
import { receiveDigests } from "../files/small/Digests.ts"
import { type Additions, takeAdditions } from "./Additions.ts"
import * as Deletion from "./Deletion.ts"
import { foldersOf, type LocalEntry, type RemoteEntry } from "./Entries.ts"
import { readNamed } from "./follow/NamedFiles.ts"
import { makeSelected, type Manifest, readManifest, type Selection } from "./Manifest.ts"
import { type Comparison, MirrorFolder } from "./MirrorFolder.ts"
import { type Action, type Digests, doubts, plan, type Situation } from "./Plan.ts"
import * as State from "./state/State.ts"
import * as StateFile from "./state/StateFile.ts"

/** What is mirrored, and what may be done for it. */
export interface Options extends Selection, Deletion.Options {
  /** Whether digests are compared even where size, time and version are as they were. */
  readonly checksum: boolean
}

/** A plan, and what it was made from. */
export interface Prepared {
  readonly actions: ReadonlyArray<Action>
  /** What is deleted. */
  readonly gone: ReadonlyArray<Extract<Action, { readonly _tag: "Gone" }>>
  /** The names of files that people changed, and that are overwritten or deleted all the same. */
  readonly forced: ReadonlySet<string>
  readonly state: State.State
  readonly local: ReadonlyMap<string, LocalEntry>
  /** The state file as it is, and a byte for each of its rows: 1 where nothing is to do, else 0. */
  readonly file: StateFile.StateFile
  readonly settled: Uint8Array
  readonly settledCount: number
  /** The files that are simply new, and are not among the actions. */
  readonly additions: Additions
  /** Whether the state has to be written though nothing is done: there was none, or a run before was killed. */
  readonly isStateStale: boolean
  /** Whether a state file is there and is none: then all files are compared by their digests. */
  readonly isStateUnreadable: boolean
}

/** How many files are hashed here at a time. */
const hashedAtOnce = 4

const readState = Effect.gen(function* () {
  const { journal, state } = yield* (yield* MirrorFolder).readState
  const decoded = state === undefined ? undefined : StateFile.decode(state)
  return {
    file: decoded ?? StateFile.empty,
    journal: journal === undefined ? new Map() : State.addJournal(new Map(), journal),
    isStateUnreadable: state !== undefined && decoded === undefined,
    isStateStale: decoded === undefined || journal !== undefined
  }
})

/** What the mirror remembers, and what is in the folder and on the server at the names that it remembers. */
interface Remembered {
  readonly file: StateFile.StateFile
  readonly journal: State.State
  readonly comparison: Comparison
  readonly manifest: Manifest
}

/** Which rows need no plan, and what has to be planned: all other files. */
const sortOut = (
  { comparison, file, journal, manifest }: Remembered,
  { checksum, names }: Options
) => {
  const settled = new Uint8Array(file.count)
  const state: State.State = new Map()
  const local = new Map(comparison.others)
  const remote: Array<RemoteEntry> = []
  for (let row = 0; row < file.count; row++) {
    const isKnown = manifest.known[row] === 1
    const isSame = comparison.same[row] === 1
    const isOutside = names?.has(file.nameAt(row)) === false
    if (
      isSame
      && (isOutside || (isKnown && !checksum))
      && (journal.size === 0 || !journal.has(file.nameAt(row)))
    ) {
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
  for (const [name, entries] of journal) state.set(name, [...(state.get(name) ?? []), ...entries])
  for (const entry of manifest.others) remote.push(entry)
  remote.sort((one, other) => FileName.byBytes(one.name, other.name))
  return { settled, state, local, remote }
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

/** Makes the plan. Fails, before anything is changed, where the listing fails or where too much would be deleted. */
export const prepare = Effect.fn("mirror.prepare")(function* (
  options: Options,
  connectors: Connectors
) {
  const folder = yield* MirrorFolder
  const { file, journal, ...stateFlags } = yield* readState
  // The folder is looked at while the server lists: what changes between the two is seen when it is replaced.
  const [manifest, comparison] = yield* Effect.all(
    [
      options.names === undefined
        ? readManifest(options, file, connectors.bytes)
        : readNamed(options.names, file, connectors.bytes),
      folder.compare(file)
    ],
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
    const key = ByteString.fromText(name)
    const row = file.find(key)
    return settled[row] === 1 && file.keyAt(row) === key
  }
  const settledRows = function* () {
    for (let row = 0; row < file.count; row++)
      if (settled[row] === 1) yield [file.nameAt(row), file.entryAt(row)] as const
  }
  const settledCount = settled.reduce((sum, one) => sum + one, 0)
  const { checksum } = options
  const { additions, rest: situation } = takeAdditions({
    remote,
    state,
    local,
    isSelected,
    settled: settledRows,
    others: others.filter((name) => isSelected(name) && !isSettled(name)),
    checksum
  })
  const wanted = doubts(situation)
  const digests: Digests = yield* Effect.all(
    { local: localDigests(wanted.local, local), remote: remoteDigests(wanted.remote, connectors) },
    { concurrency: 2 }
  )
  const planned = plan(situation, digests)
  const actions = options.force ? Deletion.forced(planned) : planned
  const gone = Deletion.deletions(
    actions,
    { listed: manifest.count, others: settledCount + additions.files.length },
    options
  )
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
  const prepared: Prepared = {
    actions,
    gone,
    forced,
    state,
    local,
    file,
    settled,
    settledCount,
    additions,
    ...stateFlags
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
