/**
 * The state file of a mirror: which versions of which files it has put into the target. A line a file; a header with
 * their number comes first, so that a file that was cut off is recognised. The journal has the same lines, written before
 * each file is put in its place, so that a run that is killed leaves no file of which nothing is known. Reading and
 * writing the files is left to MirrorFolder.
 */
import { Option, Schema } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import * as FileName from "../../domain/FileName.ts"
import type { PlacedEntry } from "./Entries.ts"

/** What is known of each name: several versions where a run was killed between the journal and the file. */
export type State = Map<FileName.FileName, ReadonlyArray<PlacedEntry>>

/** The most bytes of a state file that are read; two million names of 100 bytes take less. */
export const largestState = 512 * 1024 * 1024

const Header = Schema.fromJsonString(
  Schema.Struct({
    "app-mirror": Schema.Literal(1),
    files: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
  })
)
const decodeHeader = Schema.decodeUnknownOption(Header)
const decodeName = Schema.decodeUnknownOption(Schema.fromJsonString(FileName.FileName))

/** SHA-256, size, time, version, and the name as a JSON string, for it may hold a line end. */
const line = /^([0-9a-f]{64}) (\d{1,16}) (-?\d{1,16}) ([!-~]{1,256}) (".+")$/s

/** A name without escapes is decoded without JSON, which took half of the time for 10,000 names. */
const plainName = /^"[^"\\]+"$/

const nameOf = (json: string): FileName.FileName | undefined =>
  plainName.test(json)
    ? FileName.fromText(json.slice(1, -1))
    : Option.getOrUndefined(decodeName(json))

const decodeLine = (text: string): readonly [FileName.FileName, PlacedEntry] | undefined => {
  const [, sha256, size, modified, version, json] = line.exec(text) ?? []
  if (sha256 === undefined || version === undefined || json === undefined) return undefined
  const name = nameOf(json)
  return name === undefined
    ? undefined
    : [
        name,
        {
          sha256,
          size: Number(size),
          modified: Number(modified),
          version: ByteString.fromText(version)
        }
      ]
}

/** A line of the state file or the journal, with its line end. */
export const encodeLine = (
  name: FileName.FileName,
  { modified, sha256, size, version }: PlacedEntry
): string => `${sha256} ${size} ${modified} ${version} ${JSON.stringify(name)}\n`

/** The text of a state file. */
export const encode = (entries: Iterable<readonly [FileName.FileName, PlacedEntry]>): string => {
  const lines = Array.from(entries, ([name, entry]) => encodeLine(name, entry))
  return `${JSON.stringify({ "app-mirror": 1, files: lines.length })}\n${lines.join("")}`
}

/** What a state file says; `undefined` where any of it is not as `encode` writes it. */
export const decode = (text: string): State | undefined => {
  const [first = "", ...lines] = text.split("\n")
  const header = decodeHeader(first)
  if (header._tag === "None" || lines.pop() !== "" || lines.length !== header.value.files)
    return undefined
  const state: State = new Map()
  for (const text of lines) {
    const decoded = decodeLine(text)
    if (decoded === undefined) return undefined
    state.set(decoded[0], [decoded[1]])
  }
  return state.size === lines.length ? state : undefined
}

/** Adds what a journal says to the state; its last line may have been cut off, and what is no line is passed over. */
export const addJournal = (state: State, journal: string): State => {
  for (const text of journal.split("\n")) {
    const decoded = decodeLine(text)
    if (decoded !== undefined) {
      const [name, entry] = decoded
      state.set(name, [...(state.get(name) ?? []), entry])
    }
  }
  return state
}
