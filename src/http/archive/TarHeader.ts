/**
 * The header of a file in a tar archive: a ustar header of 512 bytes (POSIX.1-2024, pax, "ustar Interchange Format"),
 * and before it, where that has no room for the name, the size or the time, an extended one ("pax Header Block"). Pure.
 */

/** Everything in an archive is a number of these long. */
export const blockSize = 512

/** The first multiple of a block that is not less. */
export const roundUp = (size: number): number => Math.ceil(size / blockSize) * blockSize

/** A file in an archive. */
export interface TarFile {
  /** Where it is put, relative. */
  readonly path: string
  readonly size: number
  /** In milliseconds since 1970; archives have whole seconds. */
  readonly modified: number
}

const encoder = new TextEncoder()

/** The longest name in a ustar header, in bytes, and the largest number that its eleven octal digits hold. */
const longestName = 100
const largestNumber = 8 ** 11 - 1

/** Whoever unpacks owns the files; they may be read by all, as on the server, and written by the owner. */
const mode = 0o644

const secondsOf = ({ modified }: TarFile): number => Math.floor(modified / 1000)

/** One record of an extended header: its own length in decimal digits, a space, the key, `=`, the value, a line feed. */
const record = (key: string, value: string): Uint8Array => {
  const rest = encoder.encode(` ${key}=${value}\n`)
  let length = rest.length
  while (String(length).length + rest.length !== length) {
    length = String(length).length + rest.length
  }
  const bytes = new Uint8Array(length)
  bytes.set(encoder.encode(String(length)))
  bytes.set(rest, length - rest.length)
  return bytes
}

/** The records of what an ustar header does not hold. */
const recordsOf = (file: TarFile): ReadonlyArray<Uint8Array> => {
  const seconds = secondsOf(file)
  const records: Array<Uint8Array> = []
  if (file.path.length > longestName || !/^[ -~]*$/.test(file.path)) {
    records.push(record("path", file.path))
  }
  if (file.size > largestNumber) records.push(record("size", String(file.size)))
  if (seconds < 0 || seconds > largestNumber) records.push(record("mtime", String(seconds)))
  return records
}

const lengthOf = (records: ReadonlyArray<Uint8Array>): number =>
  records.reduce((sum, { length }) => sum + length, 0)

const octal = (value: number, digits: number): string =>
  Math.min(Math.max(value, 0), 8 ** digits - 1)
    .toString(8)
    .padStart(digits, "0")

/** Writes a ustar header; a name that is too long is cut, for an extended header has it whole. */
const writeUstar = (
  target: Uint8Array,
  type: "0" | "x",
  name: Uint8Array,
  size: number,
  seconds: number
): void => {
  const put = (offset: number, text: string): void => {
    for (let index = 0; index < text.length; index++) {
      target[offset + index] = text.charCodeAt(index)
    }
  }
  target.set(name.subarray(0, longestName))
  put(100, octal(mode, 7))
  put(108, octal(0, 7))
  put(116, octal(0, 7))
  put(124, octal(size, 11))
  put(136, octal(seconds, 11))
  // The checksum is summed with spaces in its place.
  put(148, "        ")
  put(156, type)
  put(257, "ustar\u000000")
  let sum = 0
  for (const byte of target) sum += byte
  put(148, `${octal(sum, 6)}\u0000 `)
}

/** How many bytes `tarHeader` makes of a file. */
export const headerSize = (file: TarFile): number => {
  const length = lengthOf(recordsOf(file))
  return length === 0 ? blockSize : 2 * blockSize + roundUp(length)
}

/** All that stands before a file's bytes. */
export const tarHeader = (file: TarFile): Uint8Array => {
  const records = recordsOf(file)
  const length = lengthOf(records)
  const before = length === 0 ? 0 : blockSize + roundUp(length)
  const header = new Uint8Array(before + blockSize)
  const seconds = secondsOf(file)
  const name = encoder.encode(file.path)
  if (length > 0) {
    writeUstar(header.subarray(0, blockSize), "x", encoder.encode("PaxHeader"), length, seconds)
    let position = blockSize
    for (const bytes of records) {
      header.set(bytes, position)
      position += bytes.length
    }
  }
  writeUstar(header.subarray(before), "0", name, file.size, seconds)
  return header
}
