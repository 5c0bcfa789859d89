/** Gathers what a plan is made from, and makes it: the listing, the state, what is in the folder, digests where they tell. */
import { Effect } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import type { Connectors } from "../Connector.ts"
import { localDigestOf } from "../files/Hashing.ts"
import { SaveFailed } from "../files/Placement.ts"
import {
  digestRequest,
  exactVersion,
  isChanged,
  isNotFound,
  receiveDigest
} from "../files/RemoteFile.ts"
import * as Deletion from "./Deletion.ts"
import { foldersOf, type LocalEntry, type RemoteEntry } from "./Entries.ts"
import { makeSelected, readManifest, type Selection } from "./Manifest.ts"
import { MirrorFolder } from "./MirrorFolder.ts"
import { type Action, type Digests, doubts, plan, type Situation } from "./Plan.ts"
import * as State from "./State.ts"

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
  /** Whether the state has to be written though nothing is done: there was none, or a run before was killed. */
  readonly isStateStale: boolean
  /** Whether a state file is there and is none: then all files are compared by their digests. */
  readonly isStateUnreadable: boolean
}

/** How many files are hashed here at a time. */
const hashedAtOnce = 4

/** How many digests are asked for at once: their requests fit into the buffers of a socket. */
const askedAtOnce = 128

const readState = Effect.gen(function* () {
  const { journal, state: text } = yield* (yield* MirrorFolder).readState
  const decoded = text === undefined ? undefined : State.decode(text)
  const state: State.State = decoded ?? new Map()
  return {
    state: journal === undefined ? state : State.addJournal(state, journal),
    isStateUnreadable: text !== undefined && decoded === undefined,
    isStateStale: decoded === undefined || journal !== undefined
  }
})

/** The digests of the listed versions; none for a file that is gone or has another version by now. */
const remoteDigests = Effect.fnUntraced(function* (
  entries: ReadonlyArray<RemoteEntry>,
  { digests }: Connectors
) {
  const found = new Map<string, string>()
  for (let next = 0; next < entries.length; next += askedAtOnce) {
    const batch = entries.slice(next, next + askedAtOnce)
    yield* digests.askAll(
      () =>
        batch.map(({ name, version }) =>
          digestRequest(ByteString.fromText(name), exactVersion(version))()
        ),
      Effect.forEach(batch, ({ name }) =>
        receiveDigest.pipe(
          Effect.map((digest) => void found.set(name, digest)),
          Effect.catchIf(
            (error) => isChanged(error) || isNotFound(error),
            () => Effect.void
          )
        )
      )
    )
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
  // The folder is looked at while the server lists: what changes between the two is seen when it is replaced.
  const lookAtKnown = Effect.gen(function* () {
    const found = yield* readState
    return { ...found, known: yield* folder.inspect(found.state.keys()) }
  })
  const [remote, { isStateStale, isStateUnreadable, known, state }] = yield* Effect.all(
    [readManifest(options, connectors.bytes), lookAtKnown],
    { concurrency: 2 }
  )
  const isSelected = makeSelected(options)
  const others = options.delete && options.force ? yield* folder.names : []
  const names = new Set<string>(others)
  for (const { name } of remote) {
    names.add(name)
    for (const above of foldersOf(name)) names.add(above)
  }
  for (const name of state.keys()) names.delete(name)
  const local = new Map([...known, ...(yield* folder.inspect(names))])
  const { checksum } = options
  const situation: Situation = {
    remote,
    state,
    local,
    isSelected,
    others: others.filter(isSelected),
    checksum
  }
  const wanted = doubts(situation)
  const digests: Digests = yield* Effect.all(
    { local: localDigests(wanted.local, local), remote: remoteDigests(wanted.remote, connectors) },
    { concurrency: 2 }
  )
  const planned = plan(situation, digests)
  const actions = options.force ? Deletion.forced(planned) : planned
  const gone = Deletion.deletions(actions, remote.length, options)
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
    isStateStale,
    isStateUnreadable
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
