/**
 * What a person searches for, as a pattern of names. Without `*` or `?` it is a part of a name, wherever that is; letters
 * match whatever their case. A pattern with a `/` is one of paths below the folder, any other one of names in any folder.
 */
import type { Glob } from "effect"
import type { FolderName } from "../../domain/FileName.ts"
import * as Pattern from "../../domain/Pattern.ts"

const special = /[\\*?[\]{}()!,+@^-]/g

/** `text` as what matches itself alone. */
export const literal = (text: string): string => text.replace(special, "\\$&")

/** One character in either case. */
const anyCase = (character: string): string => {
  const lower = character.toLowerCase()
  const upper = character.toUpperCase()
  return lower === upper || lower.length !== character.length || upper.length !== character.length
    ? literal(character)
    : `[${lower}${upper}]`
}

/** The pattern of what is below `folder`. Classes in brackets are what they are in a pattern of `listar_arquivos`. */
export const searchPattern = (folder: FolderName, search: string): Glob.Glob => {
  const isPattern = /[*?]/.test(search)
  const isPlain = !isPattern || !/[\\[\]]/.test(search)
  const words = isPlain
    ? Array.from(search)
        .map((character) => (isPattern && /[*?/]/.test(character) ? character : anyCase(character)))
        .join("")
    : search
  const wanted = isPattern ? words : `*${words}*`
  const below = wanted.includes("/") ? wanted.replace(/^\/+/, "") : `**/${wanted}`
  return Pattern.make(folder === "" ? below : `${literal(folder)}/${below}`, true)
}
