/**
 * A state file as it was read: its lines are kept as bytes, sorted by name, and decoded when they are asked for, so that
 * a mirror of many files holds what the file has on disk and no objects. What a line is: State.
 */
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import type { PlacedEntry, RemoteEntry } from "../Entries.ts"
import { decodeHeader, decodePages, findName, isPlain, nameOf } from "./State.ts"

/** The files of a state file, each a row; the rows are sorted by the names' bytes. */
export interface StateFile {
  /** How many rows there are. */
  readonly count: number
  /** The digest of each page of them, as the server makes it; none where the file has none. */
  readonly pages: ReadonlyArray<string>
  readonly nameAt: (row: number) => FileName.FileName
  /** The name as it travels, which compares as its bytes do. */
  readonly keyAt: (row: number) => ByteString.ByteString
  readonly entryAt: (row: number) => PlacedEntry
  /** Whether the row is of a file of this size and time. */
  readonly isOf: (row: number, size: number, modified: number) => boolean
  /** Whether the row is of this version of a file. */
  readonly isVersion: (row: number, remote: Omit<RemoteEntry, "name">) => boolean
  /** The first row of which the name is not before this one. */
  readonly find: (key: ByteString.ByteString) => number
  /** The row of a name; `undefined` where it has none. */
  readonly rowOf: (name: FileName.FileName) => number | undefined
  /** What a list with details says of these rows' files, as its digest is made of it (services/files/ListedFile.ts). */
  readonly listed: (rows: ReadonlyArray<number>) => Uint8Array
  /** The lines of the rows from `from` on and before `to`, as they are in the file. */
  readonly linesOf: (from: number, to: number) => Uint8Array
}

/** The size begins after the digest and a space. */
const toSize = 64 + 1
const lineEnd = 0x0a

/** Where the lines are: where each begins, where its name does, and in which the name has escapes of JSON. */
interface Rows {
  /** One more than there are lines: the last is the end of the file. */
  readonly starts: Uint32Array
  readonly names: Uint32Array
  readonly escaped: ReadonlySet<number>
  readonly pages: ReadonlyArray<string>
}

const makeStateFile = (bytes: Uint8Array, { escaped, names, pages, starts }: Rows): StateFile => {
  const count = names.length
  const textOf = (start: number, end: number): ByteString.ByteString =>
    ByteString.fromRange(bytes, start, end)
  const startOf = (row: number): number => starts[row] ?? bytes.length
  const startOfName = (row: number): number => names[row] ?? bytes.length
  /** How long the line is, with its line end: not less than what is listed of it. */
  const lengthOf = (row: number): number => startOf(row + 1) - startOf(row)
  /** The position of the quotation mark after the name. */
  const endOfName = (row: number): number => startOf(row + 1) - 2
  const jsonAt = (row: number): ByteString.ByteString =>
    textOf(startOfName(row) - 1, endOfName(row) + 1)
  const keyAt = (row: number): ByteString.ByteString =>
    escaped.has(row)
      ? ByteString.fromText(nameOf(ByteString.toTextLossy(jsonAt(row))) ?? "")
      : textOf(startOfName(row), endOfName(row))
  /** Size, time and version, with a space in between. */
  const detailsAt = (row: number): string => textOf(startOf(row) + toSize, startOfName(row) - 2)

  const find = (key: ByteString.ByteString): number => {
    let low = 0
    for (let high = count; low < high;) {
      const middle = (low + high) >>> 1
      if (keyAt(middle) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    count,
    pages,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each was checked when the file was read
    nameAt: (row) => ByteString.toTextLossy(keyAt(row)) as FileName.FileName,
    keyAt,
    entryAt: (row) => {
      const [size = "", modified = "", version = ""] = detailsAt(row).split(" ")
      return {
        sha256: textOf(startOf(row), startOf(row) + toSize - 1),
        size: Number(size),
        modified: Number(modified),
        version: ByteString.unsafe(version)
      }
    },
    isOf: (row, size, modified) => detailsAt(row).startsWith(`${size} ${modified} `),
    isVersion: (row, { modified, size, version }) =>
      detailsAt(row) === `${size} ${modified} ${version}`,
    find,
    rowOf: (name) => {
      const key = ByteString.fromText(name)
      const row = find(key)
      return row < count && keyAt(row) === key ? row : undefined
    },
    listed: (rows) => {
      const listed = new Uint8Array(rows.reduce((sum, row) => sum + lengthOf(row), 0))
      let length = 0
      const add = (piece: Uint8Array) => {
        listed.set(piece, length)
        length += piece.length
      }
      for (const row of rows) {
        add(bytes.subarray(startOf(row) + toSize, startOfName(row) - 1))
        add(
          escaped.has(row)
            ? ByteString.toBytes(keyAt(row))
            : bytes.subarray(startOfName(row), endOfName(row))
        )
        // A NUL stands after each.
        length += 1
      }
      return listed.subarray(0, length)
    },
    linesOf: (from, to) => bytes.subarray(startOf(from), startOf(to))
  }
}

/** A state file of nothing. */
export const empty: StateFile = makeStateFile(new Uint8Array(), {
  starts: Uint32Array.of(0),
  names: new Uint32Array(),
  escaped: new Set(),
  pages: []
})

/** How many bytes are made text at a time: more than any line has, for a name has at most 4 KiB, of six characters each. */
const blockSize = 256 * 1024

/** The key of a name as it stands in a line, without its quotation marks; `undefined` where it is no name. */
const keyOf = (text: ByteString.ByteString): ByteString.ByteString | undefined => {
  if (isPlain(text)) return FileName.fromByteString(text) === undefined ? undefined : text
  const name = nameOf(`"${ByteString.toText(text) ?? ""}"`)
  return name === undefined ? undefined : ByteString.fromText(name)
}

/** What a state file says; `undefined` where any of it is not as State writes it. */
export const decode = (bytes: Uint8Array): StateFile | undefined => {
  const first = bytes.indexOf(lineEnd)
  const count = decodeHeader(ByteString.fromRange(bytes, 0, Math.max(0, first)))
  // A line has more bytes than a digest: the file does not say how much memory is taken for it.
  if (count === undefined || count > bytes.length / toSize) return undefined
  const starts = new Uint32Array(count + 1)
  const names = new Uint32Array(count)
  const escaped = new Set<number>()
  let start = first + 1
  let last = ByteString.unsafe("")
  for (let row = 0; row < count;) {
    const block = ByteString.fromRange(bytes, start, start + blockSize)
    let position = 0
    for (; row < count; row++) {
      const end = block.indexOf("\n", position)
      if (end === -1) break
      const nameStart = findName(block, position)
      if (nameStart === undefined || nameStart >= end || block[end - 1] !== '"') return undefined
      const text = ByteString.unsafe(block.slice(nameStart, end - 1))
      const key = keyOf(text)
      // A ByteString compares as its bytes do, and no name is empty.
      if (key === undefined || key <= last) return undefined
      last = key
      if (text.includes("\\")) escaped.add(row)
      starts[row] = start + position
      names[row] = start + nameStart
      position = end + 1
    }
    if (position === 0) return undefined
    start += position
  }
  starts[count] = start
  const pages =
    start === bytes.length
      ? []
      : decodePages(ByteString.fromRange(bytes, start, bytes.length), count)
  return pages && makeStateFile(bytes, { starts, names, escaped, pages })
}
