/** What the mirror compares: files on the server, files in the target folder, and what the mirror remembers of them. */
import type * as ByteString from "../../domain/ByteString.ts"
import type { FileName } from "../../domain/FileName.ts"

/** A file on the server. */
export interface RemoteEntry {
  readonly name: FileName
  /** In bytes. */
  readonly size: number
  /** When its content last changed, in milliseconds since 1970. */
  readonly modified: number
  /** An opaque token for this version of the file. */
  readonly version: ByteString.ByteString
}

/** What stands at a name in the target folder; no link is followed. */
export type LocalEntry =
  | { readonly kind: "file"; readonly size: number; readonly modified: number }
  | { readonly kind: "folder" }
  | { readonly kind: "other" }

/** A version of a file that the mirror has put into the target folder. */
export interface PlacedEntry {
  /** In bytes. */
  readonly size: number
  /** In milliseconds since 1970, as it was set. */
  readonly modified: number
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string
  /** The server's token. */
  readonly version: ByteString.ByteString
}

/** The version that a file is of, by its size and time; `undefined` where it is none of these, or no file. */
export const versionOf = (
  candidates: ReadonlyArray<PlacedEntry>,
  there: LocalEntry | undefined
): PlacedEntry | undefined =>
  there?.kind === "file"
    ? candidates.find(({ modified, size }) => size === there.size && modified === there.modified)
    : undefined

/** The folder in the target where the mirror keeps its state and what is not whole yet. No file in it is mirrored. */
export const stateFolder = ".app-mirror"

/** Whether a name belongs to the mirror itself. */
export const isOwn = (name: FileName): boolean =>
  name === stateFolder || name.startsWith(`${stateFolder}/`)

/** The names of the folders that a name is in, the outermost first. */
export const foldersOf = (name: string): ReadonlyArray<string> => {
  const folders: Array<string> = []
  for (let end = name.indexOf("/"); end !== -1; end = name.indexOf("/", end + 1)) {
    folders.push(name.slice(0, end))
  }
  return folders
}
