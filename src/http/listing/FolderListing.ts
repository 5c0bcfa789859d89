/**
 * A folder for programs: its entries as JSON, or as plain names, a line each. Both are streams, written as the store
 * finds the entries, sorted as it sorts them; the form that people read is page/FolderPage's.
 */
import { Stream } from "effect"
import type { StoreUnavailable } from "../../domain/Errors.ts"
import { formatTime } from "../../domain/FileChange.ts"
import { type FolderName, lastPart } from "../../domain/FileName.ts"
import type { FolderEntry } from "../../services/files/FileStore.ts"

const encoder = new TextEncoder()

/** The entries of a folder, as `FileStore.folder` finds them. */
export type Entries = Stream.Stream<FolderEntry, StoreUnavailable>

/** When an entry changed, as a further field, where that is known. */
const modifiedOf = ({ modified }: FolderEntry): string =>
  modified === undefined ? "" : `,"modificado":"${formatTime(modified)}"`

/**
 * An entry with the names that `detalhes_arquivo` has for what is known of a file, and its kind in `tipo`. Written field
 * by field: `JSON.stringify` of the whole took twice the time.
 */
const jsonOf = (entry: FolderEntry): string => {
  const nome = JSON.stringify(lastPart(entry.name))
  return entry.kind === "folder"
    ? `{"nome":${nome},"tipo":"pasta"${modifiedOf(entry)}}`
    : `{"nome":${nome},"tipo":"arquivo","tamanho":${entry.size}${modifiedOf(entry)},"versao":${JSON.stringify(entry.version)}}`
}

/**
 * `{"pasta": …, "itens": [{"nome", "tipo": "arquivo" | "pasta", "tamanho", "modificado", "versao"}, …]}`, an entry a
 * line; `pasta` is the folder's name, "" for the shared one. Size and version are a file's only, and the time is left
 * out where the store does not know a folder's.
 */
export const jsonListing = (
  folder: FolderName,
  entries: Entries
): Stream.Stream<Uint8Array, StoreUnavailable> => {
  let separator = "\n"
  return Stream.succeed(`{"pasta":${JSON.stringify(folder)},"itens":[`).pipe(
    Stream.concat(
      Stream.mapArray(entries, (batch) => {
        const text = separator + batch.map(jsonOf).join(",\n")
        separator = ",\n"
        return [text]
      })
    ),
    Stream.concat(Stream.succeed("\n]}\n")),
    Stream.map((text) => encoder.encode(text))
  )
}

/** Characters that would end a line or control a terminal: C0, DEL and C1. */
const controls = /[\u0000-\u001f\u007f-\u009f]/g

/** A key in a line of its own. No name has a backslash, so what is escaped can be told from what is not. */
const lineOf = (key: string): string =>
  `${key
    .slice(key.lastIndexOf("/", key.length - 2) + 1)
    .replace(
      controls,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`
    )}\n`

/** The names in the folder, whose keys these are: a line each, a folder's with a `/` at its end, control characters as `\x0a`. */
export const textListing = (
  keys: Stream.Stream<string, StoreUnavailable>
): Stream.Stream<Uint8Array, StoreUnavailable> =>
  Stream.mapArray(keys, (batch) => [encoder.encode(batch.map(lineOf).join(""))])
