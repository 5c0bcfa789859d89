/** The text that a folder says of itself: its README.md or LEIAME.md, as it is written, for it is shown and not run. */
import { Effect } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import { type FileName, lastPart } from "../../../domain/FileName.ts"
import type { FileStore, FolderEntry } from "../../../services/files/FileStore.ts"
import type { Language } from "../texts/Language.ts"

/** What is shown of a longer one, in bytes. */
const longest = 32 * 1024

/** Its names, the wanted one first. */
const names: Readonly<Record<Language, ReadonlyArray<string>>> = {
  pt: ["LEIAME.md", "README.md"],
  en: ["README.md", "LEIAME.md"]
}

/** A text, and the name of the file that it is of. */
export interface Readme {
  readonly name: FileName
  readonly text: string
  /** Whether this is only the beginning. */
  readonly isCut: boolean
}

/** A character that the cut went through is left out. */
const withoutEnd = (text: string): string => text.replace(/\ufffd$/, "")

/** The text of one of these entries, if it is there and can be read; a folder is shown without it otherwise. */
export const readmeOf = (
  store: FileStore["Service"],
  entries: ReadonlyArray<FolderEntry>,
  language: Language
): Effect.Effect<Readme | undefined> => {
  const candidates = names[language].flatMap((name) =>
    entries.filter((entry) => entry.name.endsWith(name) && lastPart(entry.name) === name)
  )
  const entry = candidates.find(({ kind }) => kind === "file")
  if (entry === undefined) return Effect.succeed(undefined)
  return Effect.scoped(
    Effect.gen(function* () {
      const file = yield* store.open(entry.name)
      const bytes = yield* ByteString.collect(file.read(0, Math.min(file.size, longest)))
      const isCut = file.size > longest
      const text = ByteString.toTextLossy(bytes)
      return { name: entry.name, text: isCut ? withoutEnd(text) : text, isCut }
    })
  ).pipe(Effect.orElseSucceed(() => undefined))
}
