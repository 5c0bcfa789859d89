/**
 * The files of a plan that are simply new: nothing stands at their names, nothing is remembered of them, and no file here
 * can have their bytes. There may be as many as the server has files, so none has an action or an entry of its own.
 */
import * as ByteString from "../../domain/ByteString.ts"
import type { FileName } from "../../domain/FileName.ts"
import type { LocalEntry, PlacedEntry, RemoteEntry } from "./Entries.ts"
import { lazySources, type Situation, worthAsking } from "./Plan.ts"

/** Files to be added, sorted by name. */
export interface Additions {
  readonly files: ReadonlyArray<RemoteEntry>
  /** Of all of them. */
  readonly bytes: number
}

const isFolderOrNothing = (entry: LocalEntry | undefined): boolean =>
  entry === undefined || entry.kind === "folder"

/** Takes the additions out of what is to be planned. */
export const takeAdditions = (
  situation: Situation
): { readonly additions: Additions; readonly rest: Situation } => {
  const { local, remote, state } = situation
  const sources = lazySources(situation)
  const files: Array<RemoteEntry> = []
  const rest: Array<RemoteEntry> = []
  let bytes = 0
  /** The last folder that was found to be free for files, with its `/`; names of one folder follow each other. */
  let free = ""
  const isFree = (name: FileName): boolean => {
    const folder = name.slice(0, name.lastIndexOf("/") + 1)
    if (folder === free) return true
    for (let end = name.indexOf("/"); end !== -1; end = name.indexOf("/", end + 1))
      if (!isFolderOrNothing(local.get(name.slice(0, end)))) return false
    free = folder
    return true
  }
  for (const entry of remote) {
    const { name, size } = entry
    const isNew =
      !state.has(name)
      && !local.has(name)
      && isFree(name)
      && !sources().mayHave(size, size > worthAsking)
    if (isNew) {
      files.push(entry)
      bytes += size
    } else rest.push(entry)
  }
  return { additions: { files, bytes }, rest: { ...situation, remote: rest } }
}

/** Length of a SHA-256 in hexadecimal digits, which are kept as they are: making them of bytes took 40 ms for 10,000. */
const digestLength = 64

/** Which of the additions were put in their places, with their digests. */
export interface Added {
  /** Takes one, by its place among the files; false where it has another version by now than was listed. */
  readonly add: (index: number, entry: PlacedEntry) => boolean
  /** How many were taken. */
  readonly count: () => number
  /** What was taken, sorted by name. */
  readonly entries: () => Iterable<readonly [FileName, PlacedEntry]>
}

/** None of them yet. */
export const makeAdded = ({ files }: Additions): Added => {
  const isAdded = new Uint8Array(files.length)
  const digests = new Uint8Array(files.length * digestLength)
  let count = 0
  return {
    add: (index, { modified, sha256, size, version }) => {
      const file = files[index]
      if (file?.version !== version || file.size !== size || file.modified !== modified)
        return false
      for (let digit = 0; digit < digestLength; digit++)
        digests[index * digestLength + digit] = sha256.charCodeAt(digit)
      if (isAdded[index] === 0) count += 1
      isAdded[index] = 1
      return true
    },
    count: () => count,
    entries: function* () {
      for (const [index, { modified, name, size, version }] of files.entries()) {
        if (isAdded[index] !== 1) continue
        const sha256 = ByteString.fromRange(
          digests,
          index * digestLength,
          (index + 1) * digestLength
        )
        yield [name, { size, modified, sha256, version }] as const
      }
    }
  }
}
