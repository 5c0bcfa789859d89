/**
 * What the server has, whole, before anything is done: the names that match, checked against what was asked for, with
 * size, time and version of each. A listing that fails, or that says what it must not, is no listing at all.
 */
import { Data, Effect, Glob, Stream } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import * as Pattern from "../../domain/Pattern.ts"
import { unexpected } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { UnaskedName } from "../files/Placement.ts"
import type { RemoteDetails } from "../files/RemoteFile.ts"
import type { ListedFile } from "../files/ListedFiles.ts"
import { isUnknownOption, listFiles } from "../files/RemoteList.ts"
import { isOwn, type RemoteEntry } from "./Entries.ts"
import { askKnown } from "./KnownPages.ts"
import type { StateFile } from "./state/StateFile.ts"

/** The server lists more files than a mirror can hold. */
export class TooManyFiles extends Data.TaggedError("TooManyFiles")<{ readonly most: number }> {}

/** The most files of a mirror. A hundred thousand new ones fit into a heap of 64 MB, so a million does into any. */
export const mostFiles = 1_000_000

/** Which files are mirrored. */
export interface Selection {
  /** Names or patterns as LISTAR takes them; all files where there are none. */
  readonly patterns: ReadonlyArray<string>
  /** Patterns of files that are left alone, here as there. */
  readonly exclude: ReadonlyArray<string>
  /** Whether names with a part that begins with a dot are mirrored. */
  readonly hidden: boolean
}

/** Whether a file is mirrored. */
export const makeSelected = ({ exclude, hidden, patterns }: Selection) => {
  const wanted = patterns.map((pattern) => Pattern.make(pattern, hidden))
  const unwanted = exclude.map((pattern) => Pattern.make(pattern, true))
  return (name: FileName.FileName): boolean =>
    !isOwn(name)
    && (wanted.length === 0
      ? hidden || !FileName.isHidden(name)
      : wanted.some((glob) => Glob.match(glob, name)))
    && !unwanted.some((glob) => Glob.match(glob, name))
}

/** A version is written into the state file, a line a file. */
const usableVersion = /^[!-~]{1,256}$/

/** The file as it is listed, or described; `undefined` where its version is none that can be written down. */
export const toEntry = (
  name: FileName.FileName,
  { modified, size, version }: RemoteDetails
): RemoteEntry | undefined =>
  usableVersion.test(version) ? { name, size, modified: modified.getTime(), version } : undefined

/** Holds names that the server lists against what was asked for: each matches the pattern. */
const makeChecker = (pattern: string | undefined) => {
  const glob = pattern === undefined ? undefined : Pattern.make(pattern, true)
  return (key: ByteString.ByteString): FileName.FileName | UnaskedName => {
    const name = FileName.fromByteString(key)
    return name === undefined || (glob !== undefined && !Glob.match(glob, name))
      ? new UnaskedName({ name: ByteString.toTextLossy(key), isHidden: false })
      : name
  }
}

/** What the server has of the selection. */
export interface Manifest {
  /** A byte for each row of the state file: 1 where the server has that very version, else 0. */
  readonly known: Uint8Array
  /** All other files, sorted by name. */
  readonly others: ReadonlyArray<RemoteEntry>
  /** How many files there are. */
  readonly count: number
}

/** The rows whose names match a pattern. */
const matching = function* (state: StateFile, pattern: string | undefined): Generator<number> {
  const glob = pattern === undefined ? undefined : Pattern.make(pattern, true)
  for (let row = 0; row < state.count; row++)
    if (glob === undefined || Glob.match(glob, state.nameAt(row))) yield row
}

/** All files that the server has of the selection; of those that are in the state file, only which they are. */
export const readManifest = Effect.fn("readManifest")(function* (
  selection: Selection,
  state: StateFile,
  connector: Connector
) {
  const isSelected = makeSelected(selection)
  const { patterns } = selection
  const known = new Uint8Array(state.count)
  const others: Array<RemoteEntry> = []
  /** The names of the others, where several patterns may list one. */
  const names = patterns.length > 1 ? new Set<FileName.FileName>() : undefined
  let count = 0

  const addKnown = (rows: ReadonlyArray<number>) => {
    for (const row of rows) {
      if (known[row] === 1 || !isSelected(state.nameAt(row))) continue
      known[row] = 1
      count += 1
    }
  }

  for (const pattern of patterns.length === 0 ? [undefined] : patterns) {
    const key = pattern === undefined ? undefined : ByteString.fromText(pattern)
    const check = makeChecker(pattern)
    let listed = 0
    let last: ByteString.ByteString | undefined
    let row = 0

    const add = Effect.fnUntraced(function* (files: ReadonlyArray<ListedFile>) {
      listed += files.length
      if (listed > mostFiles) return yield* new TooManyFiles({ most: mostFiles })
      for (const { details, name: key } of files) {
        const name = check(key)
        if (typeof name !== "string") return yield* name
        if (last !== undefined && key <= last) return yield* unexpected
        last = key
        // A file that was removed meanwhile is left out.
        if (details === undefined || !isSelected(name)) continue
        const entry = toEntry(name, details)
        if (entry === undefined) return yield* unexpected
        while (row < state.count && state.keyAt(row) < key) row += 1
        const isRow = row < state.count && state.keyAt(row) === key
        if (isRow && state.isVersion(row, entry)) addKnown([row])
        else if (names?.has(name) !== true && !(isRow && known[row] === 1)) {
          names?.add(name)
          others.push(entry)
          count += 1
        }
      }
    })

    const whole = Effect.suspend(() => Stream.runForEachArray(listFiles(key, connector), add))
    const rows = [...matching(state, pattern)]
    const [final] = rows.slice(-1)
    if (final === undefined) {
      yield* whole
      continue
    }
    yield* askKnown(key, state, rows, connector).pipe(
      Stream.runForEach((part) => {
        if (part._tag === "Listed") return add(part.files)
        addKnown(part.rows)
        return Effect.void
      }),
      Effect.andThen(
        Effect.suspend(() =>
          Stream.runForEachArray(listFiles(key, connector, state.keyAt(final)), add)
        )
      ),
      Effect.catchIf(isUnknownOption, () => whole)
    )
  }
  if (names !== undefined) others.sort((one, other) => FileName.byBytes(one.name, other.name))
  const manifest: Manifest = { known, others, count }
  return manifest
})
