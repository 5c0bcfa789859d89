/** The folders that measured servers share. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { changedName } from "./ChangesRequests.ts"

/** A folder of many files. */
export interface Folder {
  readonly path: string
  /** The names of the small files. */
  readonly names: ReadonlyArray<string>
  readonly remove: () => void
}

/** The folder inside it that has half of the files; the rest is in a hundred. */
export const large = "m"

const make = (): Omit<Folder, "names"> => {
  const path = mkdtempSync(join(tmpdir(), "limits-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A folder with so many files of 1 KiB, and `grande.bin` of 1 GiB. */
export const makeFolder = (files: number): Folder => {
  const folder = make()
  const names: Array<string> = []
  for (let index = 0; index < files; index++) {
    const place = index % 2 === 0 ? large : `p${index % 100}`
    mkdirSync(join(folder.path, place), { recursive: true })
    const name = `${place}/${String(index).padStart(6, "0")}-${"a".repeat(20)}.txt`
    names.push(name)
    writeFileSync(join(folder.path, name), "x".repeat(1024))
  }
  writeFileSync(join(folder.path, "grande.bin"), "")
  truncateSync(join(folder.path, "grande.bin"), 1024 ** 3)
  return { ...folder, names }
}

/** A folder for changes. */
export interface ChangingFolder extends Omit<Folder, "names"> {
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
