/** The folders that measured servers share. */
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { detailsOf } from "../../src/services/files/directory/DirectoryDetails.ts"
import { changedName } from "./ChangesRequests.ts"

/** A folder of many files. */
export interface Folder {
  readonly path: string
  /** The names of the small files. */
  readonly names: ReadonlyArray<string>
  /** The version of `grande.bin`. */
  readonly version: string
  readonly remove: () => void
}

/** The folder inside it that has half of the files; the rest is in a hundred. */
export const large = "m"

const make = (): Pick<Folder, "path" | "remove"> => {
  const path = mkdtempSync(join(tmpdir(), "limits-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A folder with so many files: `grande.bin` of 1 GiB, and all others of 1 KiB. */
export const makeFolder = (files: number): Folder => {
  const folder = make()
  const names: Array<string> = []
  for (let index = 1; index < files; index++) {
    const place = index % 2 === 0 ? large : `p${index % 100}`
    mkdirSync(join(folder.path, place), { recursive: true })
    const name = `${place}/${String(index).padStart(6, "0")}-${"a".repeat(20)}.txt`
    names.push(name)
    writeFileSync(join(folder.path, name), "x".repeat(1024))
  }
  const grande = join(folder.path, "grande.bin")
  writeFileSync(grande, "")
  truncateSync(grande, 1024 ** 3)
  return { ...folder, names, version: detailsOf(statSync(grande, { bigint: true })).version }
}

/** A folder for changes. */
export interface ChangingFolder extends Pick<Folder, "path" | "remove"> {
  /** Writes so many files, each under a name that there was not. */
  readonly change: (count: number) => void
  /** Writes the file of this name. */
  readonly write: (name: string) => void
}

/** An empty folder for changes. */
export const makeChangingFolder = (): ChangingFolder => {
  const folder = make()
  let written = 0
  const write = (name: string): void => writeFileSync(join(folder.path, name), "")
  return {
    ...folder,
    write,
    change: (count) => {
      for (const end = written + count; written < end; written++) write(changedName(written))
    }
  }
}
