/**
 * What a mirror has to do: a pure function of what the server lists, what the mirror remembers, and what is in the target.
 * Where only a digest tells, `doubts` says which are wanted. Doing it is left to Run, what may be deleted to Deletion.
 */
import { Data } from "effect"
import * as FileName from "../../domain/FileName.ts"
import {
  foldersOf,
  type LocalEntry,
  type PlacedEntry,
  type RemoteEntry,
  versionOf
} from "./Entries.ts"
import { indexSources, type Sources } from "./Renames.ts"
import type { State } from "./state/State.ts"

/** Why a name is left alone: a person changed it, put it there, or something stands there that is no file. */
export type KeptReason = "edited" | "unknown" | "obstructed"

/** One step of a plan. `seen` is what stands at the name; it is done only while that is still so. */
export type Action = Data.TaggedEnum<{
  /** Nothing to do. */
  Same: { readonly name: FileName.FileName; readonly entry: PlacedEntry }
  New: { readonly name: FileName.FileName; readonly remote: RemoteEntry; readonly seen: Seen }
  Changed: { readonly name: FileName.FileName; readonly remote: RemoteEntry; readonly seen: Seen }
  /** The bytes are those of a file in the target. */
  Renamed: {
    readonly name: FileName.FileName
    readonly remote: RemoteEntry
    readonly from: FileName.FileName
    readonly sha256: string
    readonly seen: Seen
  }
  /** The bytes are right; only the time is not. */
  Touched: {
    readonly name: FileName.FileName
    readonly entry: PlacedEntry
    readonly seen: Seen
  }
  /** The server has it no longer. `isPlaced`: the mirror put it there, and nobody changed it. */
  Gone: { readonly name: FileName.FileName; readonly isPlaced: boolean; readonly seen: Seen }
  Kept: {
    readonly name: FileName.FileName
    readonly reason: KeptReason
    /** What `--force` does instead, where that is possible. */
    readonly forced: Action | undefined
  }
}>
/** Constructors of `Action`. */
export const Action = Data.taggedEnum<Action>()

/** What stands at a name. */
type Seen = LocalEntry | undefined

/** What a plan is made from. A file with which nothing is to do, as is seen without a plan, is only in `settled`. */
export interface Situation {
  /** Sorted by name, each name once. */
  readonly remote: ReadonlyArray<RemoteEntry>
  readonly state: State
  /** What stands at the names of both, and at the folders that they are in. */
  readonly local: ReadonlyMap<string, LocalEntry>
  /** Whether a name is among those that are mirrored now; others are neither fetched nor deleted. */
  readonly isSelected: (name: FileName.FileName) => boolean
  /** Files of the target that are as the server's and as the mirror left them. */
  readonly settled: () => Iterable<readonly [FileName.FileName, PlacedEntry]>
  /** Names of files that nobody knows, to be deleted as well. */
  readonly others: ReadonlyArray<FileName.FileName>
  /** What may be deleted, so that something else can stand there: what the mirror brought and nobody changed, or all. */
  readonly deletes: "nothing" | "placed" | "all"
  /** Of each folder that stands at the name of a file of the server, what MirrorFolder has as its leaves. */
  readonly leaves: ReadonlyMap<string, ReadonlyArray<string>>
  /** Whether digests are compared even where size, time and version are as they were. */
  readonly checksum: boolean
}

/** Digests that were asked for. */
export interface Digests {
  /** Of files in the target. */
  readonly local: ReadonlyMap<string, string>
  /** Of the server's files, of the version that was listed. */
  readonly remote: ReadonlyMap<string, string>
}

/** The names whose digests a plan needs. */
export interface Doubts {
  readonly local: ReadonlyArray<FileName.FileName>
  readonly remote: ReadonlyArray<RemoteEntry>
}

/** Up to this size in bytes a changed file is fetched without asking whether its bytes are another file's. */
export const worthAsking = 64 * 1024

/** The version of which the file in the target is, by its size and time. */
const recognise = (
  candidates: ReadonlyArray<PlacedEntry>,
  there: Seen,
  sha256: string | undefined
): PlacedEntry | undefined => {
  if (sha256 === undefined) return versionOf(candidates, there)
  if (there?.kind !== "file") return undefined
  return candidates.find((entry) => entry.size === there.size && entry.sha256 === sha256)
}

const sameVersion = (entry: PlacedEntry, { modified, size, version }: RemoteEntry): boolean =>
  entry.version === version && entry.size === size && entry.modified === modified

const none: ReadonlyArray<PlacedEntry> = []

/** The names in the state that are selected and not listed. */
const goneNames = ({
  isSelected,
  others,
  remote,
  state
}: Situation): ReadonlyArray<FileName.FileName> => {
  // As where all is new, of which there may be as much as the server has.
  if (state.size + others.length === 0) return []
  const listed = new Set<string>(remote.map(({ name }) => name))
  const placed = [...state.keys()].filter((name) => !listed.has(name) && isSelected(name))
  const unknown = others.filter((name) => !listed.has(name) && !state.has(name))
  return [...placed, ...unknown].sort(FileName.byBytes)
}

/** Files in the target that are as the mirror put them there, by size and digest. */
const sourcesOf = (situation: Situation): Sources => {
  const { local, state } = situation
  const gone = new Set(goneNames(situation))
  const known = function* () {
    for (const [name, candidates] of state) {
      const entry = recognise(candidates, local.get(name), undefined)
      if (entry !== undefined) yield { name, entry, isGone: gone.has(name) }
    }
  }
  return indexSources(known(), function* () {
    for (const [name, entry] of situation.settled()) yield { name, entry }
  })
}

/** The sources, indexed when they are first asked for: where nothing is new they are not. */
export const lazySources = (situation: Situation): (() => Sources) => {
  let sources: Sources | undefined
  return () => (sources ??= sourcesOf(situation))
}

/** Which digests tell what to do, where sizes and times do not. */
export const doubts = (situation: Situation): Doubts => {
  const { checksum, local, remote, state } = situation
  const sources = lazySources(situation)
  const here: Array<FileName.FileName> = []
  const there: Array<RemoteEntry> = []
  for (const entry of remote) {
    const seen = local.get(entry.name)
    const candidates = state.get(entry.name) ?? none
    const known = recognise(candidates, seen, undefined)
    const isAlike = seen?.kind === "file" && seen.size === entry.size
    if (seen?.kind === "file" && known === undefined) {
      const isPerhapsPlaced = candidates.some(({ size }) => size === seen.size)
      if (isPerhapsPlaced || isAlike) here.push(entry.name)
      if (isAlike) there.push(entry)
    } else if (known !== undefined && sameVersion(known, entry)) {
      if (checksum) {
        here.push(entry.name)
        there.push(entry)
      }
    } else if (
      (known !== undefined && isAlike && entry.size > worthAsking)
      || sources().mayHave(entry.size, entry.size > worthAsking)
    ) {
      there.push(entry)
    }
  }
  for (const name of goneNames(situation)) {
    const seen = local.get(name)
    const candidates = state.get(name) ?? none
    if (
      seen?.kind === "file"
      && recognise(candidates, seen, undefined) === undefined
      && candidates.some(({ size }) => size === seen.size)
    ) {
      here.push(name)
    }
  }
  return { local: here, remote: there }
}

/** Plans one file that the server has. */
const planFile = (
  remote: RemoteEntry,
  { checksum, local, state }: Situation,
  digests: Digests,
  sources: () => Sources,
  isFreed: (name: string) => boolean
): Action => {
  const { modified, name, size, version } = remote
  const seen = local.get(name)
  const here = digests.local.get(name)
  const there = digests.remote.get(name)
  const obstacle = foldersOf(name).find((folder) => {
    const entry = local.get(folder)
    return entry !== undefined && entry.kind !== "folder" && !isFreed(folder)
  })
  if (obstacle !== undefined || (seen?.kind === "folder" && !isFreed(name)))
    return Action.Kept({ name, reason: "obstructed", forced: undefined })
  const fetched = (): Action => {
    const from = there === undefined ? undefined : sources().find(size, there)
    if (from !== undefined && there !== undefined) {
      return Action.Renamed({ name, remote, from, sha256: there, seen })
    }
    return seen === undefined || seen.kind === "folder"
      ? Action.New({ name, remote, seen })
      : Action.Changed({ name, remote, seen })
  }
  if (seen === undefined || seen.kind === "folder") return fetched()
  if (seen.kind === "other") return Action.Kept({ name, reason: "obstructed", forced: fetched() })
  const known = recognise(state.get(name) ?? none, seen, here)
  const sha256 = here ?? known?.sha256
  if (there !== undefined && sha256 === there && seen.size === size) {
    const entry: PlacedEntry = { modified, sha256: there, size, version }
    return seen.modified === modified
      ? Action.Same({ name, entry })
      : Action.Touched({ name, entry, seen })
  }
  if (known === undefined) {
    const reason = state.has(name) ? "edited" : "unknown"
    return Action.Kept({ name, reason, forced: fetched() })
  }
  if (sameVersion(known, remote) && !(checksum && there !== undefined)) {
    return seen.modified === modified
      ? Action.Same({ name, entry: known })
      : Action.Touched({ name, entry: known, seen })
  }
  return fetched()
}

/** The names that the mirror knows, of which there is a file neither on the server nor in the target. */
export const vacant = (situation: Situation): ReadonlyArray<FileName.FileName> =>
  goneNames(situation).filter((name) => situation.state.has(name) && !situation.local.has(name))

/** Plans one name that the server has no longer. */
const planGone = (
  name: FileName.FileName,
  { local, state }: Situation,
  digests: Digests
): ReadonlyArray<Action> => {
  const seen = local.get(name)
  if (seen === undefined || seen.kind === "folder") return []
  const candidates = state.get(name)
  if (candidates === undefined) return [Action.Gone({ name, isPlaced: false, seen })]
  const isPlaced =
    recognise(candidates, seen, undefined) !== undefined
    || recognise(candidates, seen, digests.local.get(name) ?? "") !== undefined
  if (isPlaced) return [Action.Gone({ name, isPlaced, seen })]
  const forced = Action.Gone({ name, isPlaced: true, seen })
  return [Action.Kept({ name, reason: "edited", forced })]
}

/**
 * Whether nothing stands at a name any more once what is gone is deleted: a file that goes, or a folder of which everything
 * does. A folder with nothing in it goes where the mirror had a file there.
 */
const freedBy = (gone: ReadonlyArray<Action>, situation: Situation) => {
  const { deletes, leaves } = situation
  const freed = new Set<string>()
  if (deletes === "nothing") return () => false
  for (const action of gone) {
    const done = action._tag === "Kept" && deletes === "all" ? action.forced : action
    if (done?._tag === "Gone" && (done.isPlaced || deletes === "all")) freed.add(done.name)
  }
  if (leaves.size > 0)
    for (const name of vacant(situation)) for (const folder of foldersOf(name)) freed.add(folder)
  return (name: string): boolean =>
    leaves.get(name)?.every((leaf) => freed.has(leaf)) ?? freed.has(name)
}

/** What has to be done, in the order of the names: first what the server has, then what it has no longer. */
export const plan = (situation: Situation, digests: Digests): ReadonlyArray<Action> => {
  const sources = lazySources(situation)
  const gone = goneNames(situation).flatMap((name) => planGone(name, situation, digests))
  const isFreed = freedBy(gone, situation)
  return [
    ...situation.remote.map((remote) => planFile(remote, situation, digests, sources, isFreed)),
    ...gone
  ]
}
