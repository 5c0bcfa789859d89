/**
 * The state file of a mirror: which versions of which files it has put into the target. A line a file; a header with
 * their number comes first, so that a file that was cut off is recognised; behind the lines, the digests of the pages that
 * a list with details has of these files, so that asking whether they are the same takes no hashing. The journal has the
 * same lines, written before each file is put in its place, so that a run that is killed leaves no file of which nothing is
 * known; and, of a mirror that follows, lines of what is known of a name once that is done. StateFile holds the lines;
 * reading and writing the files is left to MirrorFolder.
 */
import { Option, Schema } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import type { PlacedEntry } from "../Entries.ts"

/** How many files of the server's list one digest in the state file stands for. One changed file has its page sent. */
export const pageSize = 500

/**
 * What is known of each name: several versions where a run was killed between the journal and the file; in a journal, none
 * of a file that is gone.
 */
export type State = Map<FileName.FileName, ReadonlyArray<PlacedEntry>>

/** The most bytes of a state file that are read; two million names of 100 bytes take less. */
export const largestState = 512 * 1024 * 1024

const Header = Schema.fromJsonString(
  Schema.Struct({
    "app-mirror": Schema.Literal(1),
    files: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
  })
)
const readHeader = Schema.decodeUnknownOption(Header)
const decodeName = Schema.decodeUnknownOption(Schema.fromJsonString(FileName.FileName))

/** SHA-256, size, time, version, and the name as a JSON string, for it may hold a line end. */
const line = /^([0-9a-f]{64}) (\d{1,16}) (-?\d{1,16}) ([!-~]{1,256}) (".+")$/s

/**
 * Whether what stands between the quotation marks of a JSON string is the text itself: then it is decoded without JSON,
 * which took half of the time for 10,000 names.
 */
export const isPlain = (json: string): boolean => !/["\\]/.test(json)

/** How many files the state file has, by its first line; `undefined` where that is none. */
export const decodeHeader = (line: string): number | undefined =>
  Option.getOrUndefined(readHeader(line))?.files

/** The name in a JSON string; `undefined` where it is none, or none of a file. */
export const nameOf = (json: string): FileName.FileName | undefined =>
  isPlain(json.slice(1, -1))
    ? FileName.fromText(json.slice(1, -1))
    : Option.getOrUndefined(decodeName(json))

/** What stands before the name of a line, with the quotation mark before it. */
const beforeName = /[0-9a-f]{64} \d{1,16} -?\d{1,16} [!-~]{1,256} "/y

/** Where the name of the line that begins at a position begins, after its quotation mark; `undefined` where there is no line. */
export const findName = (text: string, position: number): number | undefined => {
  beforeName.lastIndex = position
  return beforeName.test(text) ? beforeName.lastIndex : undefined
}

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

const knownMark = "= "

/** A line of the journal that says that this version is known of a name and no other, whatever was written before. */
export const encodeKnown = (name: FileName.FileName, entry: PlacedEntry): string =>
  `${knownMark}${encodeLine(name, entry)}`

/** A line of the journal that says that the mirror has no file of this name any more. */
export const encodeGone = (name: FileName.FileName): string => `- ${JSON.stringify(name)}\n`

const goneLine = /^- (".+")$/s

/** The first line of a state file with so many files. The lines of the files follow, sorted by the names' bytes. */
export const encodeHeader = (files: number): string =>
  `${JSON.stringify({ "app-mirror": 1, files })}\n`

/** What a list with details says of a file (services/files/ListedFile.ts). */
export const encodeListed = (
  name: FileName.FileName,
  { modified, size, version }: PlacedEntry
): string => `${size} ${modified} ${version} ${name}\0`

const Pages = Schema.fromJsonString(
  Schema.Struct({ pages: Schema.Array(Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))) })
)
const readPages = Schema.decodeUnknownOption(Pages)

/** The line behind those of the files: the digests of the pages. */
export const encodePages = (pages: ReadonlyArray<string>): string =>
  `${JSON.stringify({ pages })}\n`

/** The digests in that line; `undefined` where it is none, or has not those of so many files. */
export const decodePages = (line: string, files: number): ReadonlyArray<string> | undefined => {
  const pages = line.endsWith("\n") ? Option.getOrUndefined(readPages(line))?.pages : undefined
  return pages?.length === Math.ceil(files / pageSize) ? pages : undefined
}

/**
 * Adds what a journal says to the state; its last line may have been cut off, and what is no line is passed over. `before`:
 * what was known of a name of which the state has nothing yet.
 */
export const addJournal = (
  state: State,
  journal: string,
  before: (name: FileName.FileName) => ReadonlyArray<PlacedEntry> = () => []
): State => {
  for (const text of journal.split("\n")) {
    const isKnown = text.startsWith(knownMark)
    const decoded = decodeLine(isKnown ? text.slice(knownMark.length) : text)
    if (decoded !== undefined) {
      const [name, entry] = decoded
      state.set(name, isKnown ? [entry] : [...(state.get(name) ?? before(name)), entry])
    }
    const gone = nameOf(goneLine.exec(text)?.[1] ?? "")
    if (gone !== undefined) state.set(gone, [])
  }
  return state
}
