/**
 * The files of an archive with their details, packed: some 110 bytes each, where their objects and texts take 500. Where
 * they are in the archive: TarLayout.
 */
import { createHash } from "node:crypto"
import { type FileName, type FolderName, join, lastPart } from "../../domain/FileName.ts"
import type { FileDetails } from "../../services/files/FileStore.ts"
import { packTexts, type PackedTexts, textAt } from "../../services/files/PackedTexts.ts"
import { blockSize, headerSize, type TarFile } from "./TarHeader.ts"
import type { SizedFiles } from "./TarLayout.ts"

/** A file as it was found in the store. */
export interface FoundFile extends FileDetails {
  readonly name: FileName
}

/** A file of an archive, and what it is in the store. */
export interface ArchivedFile extends TarFile, FoundFile {}

/** Files of an archive, each at an index from 0 on. */
export interface PackedFiles extends SizedFiles {
  /** The file at this index, made anew each time; `undefined` where there is none. */
  readonly at: (index: number) => ArchivedFile | undefined
}

/** What is known of all files together. */
export interface Summary {
  /** When the newest of them changed, in milliseconds since 1970 (UTC). */
  readonly modified: number
  /** A digest over all names, sizes, times and versions, 64 lower-case hexadecimal digits. */
  readonly version: string
}

/** Takes files as they are found, folder by folder. */
export interface FilePacker {
  /** How many there are so far. */
  readonly count: () => number
  /** Files that are added from now on are in this folder. */
  readonly enter: (folder: FolderName) => void
  readonly add: (file: FoundFile) => void
  /** The files in this order: first the one before which `order[0]` others were added. No other may be added. */
  readonly finish: (order: Uint32Array) => { readonly files: PackedFiles } & Summary
}

/** Files that are packed together; the last are fewer, so that an archive of few files takes little. */
const together = 256

interface Pack {
  /** Of each file the last part of its name, a NUL, which no name has, and its version; in UTF-8. */
  readonly texts: PackedTexts
  /** The numbers of their folders. */
  readonly folders: Uint32Array
  readonly sizes: Float64Array
  readonly modified: Float64Array
  /** In blocks. */
  readonly headers: Uint16Array
}

/** A path is a name without so many of its first characters. */
const pathOf = (name: FileName, outside: number): string => name.slice(outside)

/** The files of these packs in this order. It holds nothing else, however long the archive is sent. */
const inOrder = (
  packs: ReadonlyArray<Pack>,
  folders: ReadonlyArray<FolderName>,
  order: Uint32Array,
  outside: number
): PackedFiles => {
  const packOf = (place: number): Pack | undefined => packs[Math.floor(place / together)]
  const numberAt = (column: "sizes" | "headers", index: number): number => {
    const place = order[index] ?? order.length
    return packOf(place)?.[column][place % together] ?? 0
  }
  return {
    length: order.length,
    size: (index) => numberAt("sizes", index),
    header: (index) => numberAt("headers", index) * blockSize,
    at: (index) => {
      const place = order[index] ?? order.length
      const pack = packOf(place)
      const within = place % together
      const text = pack && textAt(pack.texts, within)
      if (pack === undefined || text === undefined) return undefined
      const middle = text.indexOf("\0")
      const name = join(folders[pack.folders[within] ?? 0] ?? "", text.slice(0, middle))
      if (name === undefined) return undefined
      return {
        name,
        path: pathOf(name, outside),
        size: pack.sizes[within] ?? 0,
        modified: pack.modified[within] ?? 0,
        version: text.slice(middle + 1)
      }
    }
  }
}

/** What the digest begins with: another format of archives, or of what is packed, must change it. */
const format = "tar2\0"

/** No files yet. The first `outside` characters of their names are no part of their paths. */
export const makeFilePacker = (outside: number): FilePacker => {
  const packs: Array<Pack> = []
  const folders: Array<FolderName> = []
  const sum = createHash("sha256").update(format)
  let latest = 0
  /** The folder that was entered, until the first file in it is added. */
  let entered: FolderName | undefined
  // What was added and is not packed yet. An object for each file was half of all garbage.
  let texts: Array<string> = []
  const numbers = new Uint32Array(together)
  const sizes = new Float64Array(together)
  const times = new Float64Array(together)
  const headers = new Uint16Array(together)

  const pack = () => {
    const count = texts.length
    const packedTexts = packTexts(texts)
    const { bytes, ends } = packedTexts
    const packed: Pack = {
      texts: packedTexts,
      folders: numbers.slice(0, count),
      sizes: sizes.slice(0, count),
      modified: times.slice(0, count),
      headers: headers.slice(0, count)
    }
    // The number of a pack's files and the length of their texts tell where it ends.
    sum.update(`${count} ${bytes.length}\0`)
    for (const part of [bytes, ends, packed.folders, packed.sizes, packed.modified])
      sum.update(part)
    packs.push(packed)
    texts = []
  }
  const count = () => packs.length * together + texts.length
  return {
    count,
    enter: (folder) => {
      entered = folder
    },
    add: ({ modified, name, size, version }) => {
      if (entered !== undefined) {
        folders.push(entered)
        sum.update(`/${entered}\0`)
        entered = undefined
      }
      const index = texts.push(`${lastPart(name)}\0${version}`) - 1
      numbers[index] = folders.length - 1
      sizes[index] = size
      times[index] = modified
      headers[index] = headerSize({ path: pathOf(name, outside), size, modified }) / blockSize
      latest = Math.max(latest, modified)
      if (texts.length === together) pack()
    },
    finish: (order) => {
      if (texts.length > 0) pack()
      const files = inOrder(packs, folders, order, outside)
      return { files, modified: latest, version: sum.digest("hex") }
    }
  }
}
