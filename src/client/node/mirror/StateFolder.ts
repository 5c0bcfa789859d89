/**
 * The mirror's own folder within the one that it keeps up to date: the state file, the journal, and files that are not
 * whole yet. What is in the first two is left to State; each call throws what the system says.
 */
import { createHash, randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"
import { stateFolder } from "../../mirror/Entries.ts"
import { largestState } from "../../mirror/state/State.ts"
import * as System from "../SystemCalls.ts"
import { systemError } from "../../SystemError.ts"

/** The files of one mirror. */
export interface StateFolder {
  readonly path: string
  /** The path of the journal. */
  readonly journal: string
  /** Makes the folder, unless it is there; whether it did. */
  readonly make: () => boolean
  /** Makes the place in it for files that are not whole yet. */
  readonly makeParts: () => void
  /** The state file and the text of the journal; `undefined` for one that is not there. */
  readonly read: () => {
    readonly state: Buffer | undefined
    readonly journal: string | undefined
  }
  /** Adds lines to the journal. */
  readonly append: (lines: ReadonlyArray<string>) => void
  /** Writes what is to be the state file beside the one that there is; gives its path. */
  readonly writeNext: (content: Iterable<Uint8Array>) => string
  /** Puts that in the place of the state file, and removes the journal. */
  readonly replaceBy: (next: string) => void
  /** The path under which a large file is received, the same in each run. */
  readonly partOf: (name: string) => string
  /** Another path for a file that is not whole yet. */
  readonly nextPart: () => string
  /** A path beside a place, which no other program has. */
  readonly spareBeside: (place: string) => string
  /** Removes what is left of files that were not finished, state files among them. */
  readonly removeParts: () => void
}

const tooLarge = systemError("EFBIG", "it is too large")

const readIfThere = (path: string): Buffer | undefined => {
  if (System.entryAt(path)?.kind !== "file") return undefined
  if (fs.statSync(path).size > largestState) throw tooLarge
  return fs.readFileSync(path)
}

/** Makes a folder that nobody else can read, unless it is there; whether it did. Throws where something else is. */
const makePrivate = (path: string): boolean => {
  if (System.entryAt(path)?.kind === "folder") return false
  fs.mkdirSync(path, 0o700)
  return true
}

/** The mirror's own folder in the one at a real path. */
export const makeStateFolder = (root: string): StateFolder => {
  const path = join(root, stateFolder)
  const parts = join(path, "parts")
  const inParts = join(parts, "/")
  const state = join(path, "state")
  const journal = join(path, "journal")
  /** Made when it is needed: for this alone Node would load all of its cryptography, 10 ms. */
  let run: string | undefined
  const ownName = (): string => (run ??= randomBytes(6).toString("hex"))
  let staged = 0

  return {
    path,
    journal,
    make: () => makePrivate(path),
    makeParts: () => void makePrivate(parts),
    read: () => ({ state: readIfThere(state), journal: readIfThere(journal)?.toString() }),
    append: (lines) => System.append(journal, lines.join("")),
    writeNext: (content) => {
      const next = join(path, `state-${ownName()}`)
      fs.rmSync(next, { force: true })
      System.writeFile(next, content, undefined)
      return next
    },
    replaceBy: (next) => {
      fs.renameSync(next, state)
      fs.rmSync(journal, { force: true })
    },
    partOf: (name) => join(parts, createHash("sha256").update(name).digest("hex").slice(0, 32)),
    nextPart: () => `${inParts}${ownName()}-${staged++}`,
    spareBeside: (place) => join(place, "..", `.${ownName()}.part`),
    removeParts: () => {
      fs.rmSync(parts, { recursive: true, force: true })
      for (const file of fs.readdirSync(path)) {
        if (file.startsWith("state-")) fs.rmSync(join(path, file), { force: true })
      }
    }
  }
}
