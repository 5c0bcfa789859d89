/** Changes as tests write them. */
import { FileChange } from "../../../src/domain/FileChange.ts"
import { type FileName, fromText } from "../../../src/domain/FileName.ts"
import { type ChangeRecorder, makeChangeRecorder } from "../../../src/services/files/FileChanges.ts"

/** When the logs of tests begin. */
export const epoch = 1_700_000_000_000

/** A log that holds this many bytes, and that somebody watches for, or will once it is started. */
export const recorderOf = (capacity = 1_000_000, isStarting = false): ChangeRecorder => {
  const recorder = makeChangeRecorder(epoch, capacity, isStarting)
  recorder.setSource("watch")
  return recorder
}

const named = (text: string): FileName => {
  const name = fromText(text)
  if (name === undefined) throw new Error(`no name: ${text}`)
  return name
}

/** A file of one byte that is there now, of the last millisecond of 2023. */
const file = (name: string) => ({
  name: named(name),
  size: 1,
  modified: Date.UTC(2024, 0, 1) - 1,
  version: "v"
})

/** A file of this name came. */
export const created = (name: string): FileChange => FileChange.Created(file(name))
/** Its content changed. */
export const changed = (name: string): FileChange => FileChange.Changed(file(name))
/** It went. */
export const deleted = (name: string): FileChange => FileChange.Deleted({ name: named(name) })
/** Changes may have been missed. */
export const rescan: FileChange = FileChange.Rescan()

/** An id of these logs, as it is on the wire. */
export const idOf = (sequence: number): string => `${epoch}-${sequence}`

/** Files in memory, with these texts. */
export const filesOf = (texts: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(texts).map(
      ([name, text]) =>
        [named(name), { bytes: new TextEncoder().encode(text), modified: 0 }] as const
    )
  )
