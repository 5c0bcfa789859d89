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
import { listNames } from "../files/Fetch.ts"
import { UnaskedName } from "../files/Placement.ts"
import {
  detailsRequest,
  isNotFound,
  receiveDetails,
  type RemoteDetails
} from "../files/RemoteFile.ts"
import { isOwn, type RemoteEntry } from "./Entries.ts"

/** The server lists more files than a mirror can hold. */
export class TooManyFiles extends Data.TaggedError("TooManyFiles")<{ readonly most: number }> {}

/** The most files of a mirror; a million of them take about 300 MB of memory here. */
export const mostFiles = 4_000_000

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

/** How many files' details are asked for at once: their requests fit into the buffers of a socket. */
const detailsPerBatch = 256

/** A version is written into the state file, a line a file. */
const usableVersion = /^[!-~]{1,256}$/

const toEntry = (name: FileName.FileName, { modified, size, version }: RemoteDetails) =>
  usableVersion.test(version)
    ? Effect.succeed<RemoteEntry>({ name, size, modified: modified.getTime(), version })
    : Effect.fail(unexpected)

/** Asks for the details of each name; a file that was removed meanwhile is left out. */
const describeAll = Effect.fnUntraced(function* (
  names: ReadonlyArray<FileName.FileName>,
  connector: Connector
) {
  const batches: Array<ReadonlyArray<FileName.FileName>> = []
  for (let next = 0; next < names.length; next += detailsPerBatch) {
    batches.push(names.slice(next, next + detailsPerBatch))
  }
  const found = yield* Effect.forEach(
    batches,
    (batch) =>
      connector.askAll(
        () => batch.map((name) => detailsRequest(ByteString.fromText(name))()),
        Effect.forEach(batch, (name) =>
          Effect.catchIf(
            Effect.flatMap(receiveDetails, (details) => toEntry(name, details)),
            isNotFound,
            () => Effect.succeed(undefined)
          )
        )
      ),
    { concurrency: 4 }
  )
  return found.flat().filter((entry) => entry !== undefined)
})

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
  const names = new Set<FileName.FileName>()
  for (const pattern of patterns.length === 0 ? [undefined] : patterns) {
    const key = pattern === undefined ? undefined : ByteString.fromText(pattern)
    const check = makeChecker(pattern)
    let listed = 0
    yield* Stream.runForEachArray(
      listNames(key, connector),
      Effect.fnUntraced(function* (page) {
        listed += page.length
        if (listed > mostFiles) return yield* new TooManyFiles({ most: mostFiles })
        for (const listedName of page) {
          const name = check(listedName)
          if (typeof name !== "string") return yield* name
          if (isSelected(name)) names.add(name)
        }
      })
    )
  }
  return yield* describeAll([...names].sort(FileName.byBytes), connector)
})
