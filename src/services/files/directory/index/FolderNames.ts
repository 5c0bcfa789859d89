/**
 * The shared names in one folder, sorted and packed: some 20 bytes a name, where an array of texts takes 60. A file's
 * key is its name, a folder's its name and `/`, so that files visited in the order of keys, folder by folder, come in
 * the order of the bytes of their whole names. What a link leads to may change at any time without a change of the
 * folder: a link has both keys, and is followed whenever it is asked for. How a folder is read: FolderReader.
 */
import type { FileName } from "../../../../domain/FileName.ts"

/** What is packed, as it comes from a thread. */
export interface PackedNames {
  /** The keys, one behind the other, in UTF-8. */
  readonly keys: Uint8Array
  /** Where each key begins, and where the last one ends. */
  readonly offsets: Uint32Array
  /** The indexes of the keys of folders and links, ascending; every other key is a file's. */
  readonly special: Uint32Array
  /** For each of `special`, 1 where it is a link's; absent where there is no link. */
  readonly links: Uint8Array | undefined
  readonly isAscii: boolean
  /** Names that no client could ask for (latin1): not UTF-8, or with a backslash. As many as the log is told of. */
  readonly unshareable: ReadonlyArray<string>
}

/** What is looked at of an entry of a folder (`fs.Dirent`); its name is read as latin1, for it may not be UTF-8. */
export interface Entry {
  readonly name: string
  readonly isFile: () => boolean
  readonly isDirectory: () => boolean
  readonly isSymbolicLink: () => boolean
}

/** Which entries of a folder are shared. */
export interface Shared {
  /** Whether names that begin with a dot are. */
  readonly hidden: boolean
  /** Whether links are. */
  readonly links: boolean
  /** How many unshareable names to keep. */
  readonly mostUnshareable: number
}

/**
 * Packs the entries of a folder. It also runs in a thread, from its own text: it may name nothing outside itself but
 * globals.
 */
export const pack = (
  entries: Iterable<Entry>,
  { hidden, links: withLinks, mostUnshareable }: Shared
): PackedNames => {
  let decoder: TextDecoder | undefined
  const isText = (latin1: string): boolean => {
    decoder ??= new TextDecoder("utf-8", { fatal: true })
    try {
      decoder.decode(Buffer.from(latin1, "latin1"))
      return true
    } catch {
      return false
    }
  }
  /** How many characters all keys share from `depth` on, which they share up to there. */
  const sharedLength = (keys: ReadonlyArray<string>, depth: number): number => {
    const first = keys[0] ?? ""
    let length = first.length
    for (const key of keys) {
      let index = depth
      while (index < length && key.charCodeAt(index) === first.charCodeAt(index)) index++
      length = index
    }
    return length
  }
  /**
   * Sorts latin1 texts, whose order is that of their bytes. Many are first divided by the character in which they begin
   * to differ: a million took half the time so.
   */
  const sort = (keys: Array<string>, depth = 0): Array<string> => {
    if (keys.length < 256) return keys.sort()
    const length = sharedLength(keys, depth)
    const parts: Array<Array<string> | undefined> = []
    for (const key of keys) {
      const part = key.length > length ? key.charCodeAt(length) + 1 : 0
      const others = parts[part]
      if (others === undefined) parts[part] = [key]
      else others.push(key)
    }
    let sorted: Array<string> = []
    for (let part = 0; part < parts.length; part++) {
      const some = parts[part]
      if (some !== undefined) sorted = append(sorted, part === 0 ? some : sort(some, length + 1))
    }
    return sorted
  }
  const append = (keys: Array<string>, others: ReadonlyArray<string>): Array<string> => {
    for (const other of others) keys.push(other)
    return keys
  }

  const unshareable: Array<string> = []
  const found: Array<string> = []
  const others: Array<string> = []
  const linkKeys = new Set<string>()
  let isAscii = true
  for (const entry of entries) {
    const { name } = entry
    if (/[\\\x80-\xff]/.test(name)) {
      if (name.includes("\\") || !isText(name)) {
        if (unshareable.length < mostUnshareable) unshareable.push(name)
        continue
      }
      isAscii = false
    }
    if (!hidden && name.startsWith(".")) continue
    if (entry.isFile()) found.push(name)
    else if (entry.isDirectory()) others.push(`${name}/`)
    else if (withLinks && entry.isSymbolicLink()) {
      for (const key of [name, `${name}/`]) {
        others.push(key)
        linkKeys.add(key)
      }
    }
  }

  const files = sort(found)
  others.sort()
  const special = new Uint32Array(others.length)
  let keys = files
  if (others.length > 0) {
    keys = []
    let next = 0
    for (let index = 0; index < others.length; index++) {
      const other = others[index] ?? ""
      for (let file = files[next]; file !== undefined && file < other; file = files[next]) {
        keys.push(file)
        next += 1
      }
      special[index] = keys.push(other) - 1
    }
    for (; next < files.length; next++) keys.push(files[next] ?? "")
  }

  const offsets = new Uint32Array(keys.length + 1)
  let end = 0
  for (let index = 0; index < keys.length; index++) {
    end += keys[index]?.length ?? 0
    offsets[index + 1] = end
  }
  // Memory of its own: it is handed from a thread, and small buffers would hold a pool.
  const packed = Buffer.allocUnsafeSlow(end)
  packed.write(keys.join(""), "latin1")
  return {
    keys: packed,
    offsets,
    special,
    links:
      linkKeys.size === 0
        ? undefined
        : Uint8Array.from(others, (other) => (linkKeys.has(other) ? 1 : 0)),
    isAscii,
    unshareable
  }
}

/** The name of a file or a folder: each part of it was checked when its folder was read. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checking it as a whole again takes as long as making it
export const asName = (name: string): FileName => name as FileName

/** How many keys are made texts together: cutting a text costs a tenth of what making one does. */
const stride = 256

const noneSpecial = new Uint32Array()

/** The names in one folder. */
export class FolderNames {
  readonly #keys: Buffer
  readonly #offsets: Uint32Array
  readonly #special: Uint32Array
  readonly #links: Uint8Array | undefined
  readonly #isAscii: boolean

  constructor({ isAscii, keys, links, offsets, special }: PackedNames) {
    this.#keys = Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength)
    this.#offsets = offsets
    // Most folders have neither, and an empty array takes 200 bytes.
    this.#special = special.length === 0 ? noneSpecial : special
    this.#links = links
    this.#isAscii = isAscii
  }

  /** How many keys there are. */
  get length(): number {
    return this.#offsets.length - 1
  }

  /** What they take in memory, in bytes. */
  get size(): number {
    return (
      this.#keys.byteLength
      + this.#offsets.byteLength
      + this.#special.byteLength
      + (this.#links?.byteLength ?? 0)
    )
  }

  /** How many of the keys are those of folders and links. */
  get specialCount(): number {
    return this.#special.length
  }

  /** The index of the special key with this number, `length` where there is none. */
  specialAt(number: number): number {
    return this.#special[number] ?? this.length
  }

  /** Whether any key is a link's. */
  get hasLinks(): boolean {
    return this.#links !== undefined
  }

  /** Whether the special key with this number is a link's. */
  isLinkAt(number: number): boolean {
    return this.#links?.[number] === 1
  }

  /** The number of the first special key that is not before `index`. */
  specialFrom(index: number): number {
    return lowest(this.#special.length, (number) => this.specialAt(number) >= index)
  }

  /** The index of the first key that is not before these bytes, or, with `after`, not before them and not them. */
  indexOf(bytes: Uint8Array, after = false): number {
    return lowest(this.length, (index) => {
      const order = this.#compare(index, bytes)
      return after ? order > 0 : order >= 0
    })
  }

  /** Whether the key at an index, if there is one, is these bytes. */
  isAt(index: number, bytes: Uint8Array): boolean {
    return index < this.length && this.#compare(index, bytes) === 0
  }

  /** The key at an index. */
  keyAt(index: number): string {
    return this.#textOf(index, index + 1)
  }

  /** What `make` makes of the keys from one index to another, that one not included, each behind `prefix`. */
  keysBehind<A>(
    prefix: string,
    from: number,
    to: number,
    make: (text: string) => A
  ): ReadonlyArray<A> {
    const keys: Array<A> = []
    for (let start = from; start < to; start += stride) {
      const end = Math.min(to, start + stride)
      if (!this.#isAscii) {
        for (let index = start; index < end; index++) keys.push(make(prefix + this.keyAt(index)))
        continue
      }
      const text = this.#textOf(start, end)
      const shift = this.#offset(start)
      for (let index = start; index < end; index++) {
        keys.push(
          make(prefix + text.slice(this.#offset(index) - shift, this.#offset(index + 1) - shift))
        )
      }
    }
    return keys
  }

  #offset(index: number): number {
    return this.#offsets[index] ?? 0
  }

  #textOf(from: number, to: number): string {
    const [start, end] = [this.#offset(from), this.#offset(to)]
    return this.#keys.toString(this.#isAscii ? "latin1" : "utf8", start, end)
  }

  #compare(index: number, bytes: Uint8Array): number {
    return this.#keys.compare(bytes, 0, bytes.length, this.#offset(index), this.#offset(index + 1))
  }
}

/** The lowest number below `length` for which `holds`, `length` where there is none; it must hold for all above as well. */
const lowest = (length: number, holds: (number: number) => boolean): number => {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
