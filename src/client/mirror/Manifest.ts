/**
 * What the server has, whole, before anything is done: the names that match, checked against what was asked for, with
 * size, time and version of each. A listing that fails, or that says what it must not, is no listing at all.
 */
import { Data, Effect, Glob, Stream } from "effect"
import type { MalformedReply } from "../../codec/resp/RespTokens.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import * as Pattern from "../../domain/Pattern.ts"
import { unexpected } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { UnaskedName } from "../files/Placement.ts"
import type { RemoteDetails } from "../files/RemoteFile.ts"
import { listFiles } from "../files/RemoteList.ts"
import { isOwn, type RemoteEntry } from "./Entries.ts"

/** The server lists more files than a mirror can hold. */
export class TooManyFiles extends Data.TaggedError("TooManyFiles")<{ readonly most: number }> {}

/** The most files of a mirror. A hundred thousand took 320 MB of memory at most, so a million is what a heap has room for. */
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

const toEntry = (
  name: FileName.FileName,
  { modified, size, version }: RemoteDetails
): RemoteEntry | undefined =>
  usableVersion.test(version) ? { name, size, modified: modified.getTime(), version } : undefined

/** Holds names that the server lists against what was asked for: each matches the pattern, and comes after the one before. */
const makeChecker = (pattern: string | undefined) => {
  const glob = pattern === undefined ? undefined : Pattern.make(pattern, true)
  let last: FileName.FileName | undefined
  return (key: ByteString.ByteString): FileName.FileName | UnaskedName | MalformedReply => {
    const name = FileName.fromByteString(key)
    if (name === undefined || (glob !== undefined && !Glob.match(glob, name)))
      return new UnaskedName({ name: ByteString.toTextLossy(key), isHidden: false })
    if (last !== undefined && FileName.byBytes(last, name) >= 0) return unexpected
    last = name
    return name
  }
}

/** All files that the server has of the selection, sorted by name. */
export const readManifest = Effect.fn("readManifest")(function* (
  selection: Selection,
  connector: Connector
) {
  const isSelected = makeSelected(selection)
  const { patterns } = selection
  const entries = new Map<FileName.FileName, RemoteEntry>()
  for (const pattern of patterns.length === 0 ? [undefined] : patterns) {
    const key = pattern === undefined ? undefined : ByteString.fromText(pattern)
    const check = makeChecker(pattern)
    let listed = 0
    yield* Stream.runForEachArray(
      listFiles(key, connector),
      Effect.fnUntraced(function* (page) {
        listed += page.length
        if (listed > mostFiles) return yield* new TooManyFiles({ most: mostFiles })
        for (const { details, name: listedName } of page) {
          const name = check(listedName)
          if (typeof name !== "string") return yield* name
          // A file that was removed meanwhile is left out.
          if (details === undefined || !isSelected(name)) continue
          const entry = toEntry(name, details)
          if (entry === undefined) return yield* unexpected
          entries.set(name, entry)
        }
      })
    )
  }
  return [...entries.values()].sort((one, other) => FileName.byBytes(one.name, other.name))
})
