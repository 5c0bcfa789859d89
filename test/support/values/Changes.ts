/** Changes as tests write them. */
import { FileChange } from "../../../src/domain/FileChange.ts"
import { type ChangeRecorder, makeChangeRecorder } from "../../../src/services/files/FileChanges.ts"
import { fileName } from "./Names.ts"

/** When the logs of tests begin. */
export const epoch = 1_700_000_000_000

/** A log that holds this many bytes, and that somebody watches for, or will once it is started. */
export const recorderOf = (capacity = 1_000_000, isStarting = false): ChangeRecorder => {
  const recorder = makeChangeRecorder(epoch, capacity, isStarting)
  recorder.setSource("watch")
  return recorder
}

/** A file that is there now, of the last millisecond of 2023. */
const file = (name: string, size = 1) => ({
  name: fileName(name),
  size,
  modified: Date.UTC(2024, 0, 1) - 1,
  version: "v"
})

/** A file of this name came, of one byte unless given. */
export const created = (name: string, size?: number): FileChange =>
  FileChange.Created(file(name, size))
/** Its content changed. */
export const changed = (name: string): FileChange => FileChange.Changed(file(name))
/** It went. */
export const deleted = (name: string): FileChange => FileChange.Deleted({ name: fileName(name) })
/** Changes may have been missed. */
export const rescan: FileChange = FileChange.Rescan()

/** An id of these logs, as it is on the wire. */
export const idOf = (sequence: number): string => `${epoch}-${sequence}`

/** Files in memory, with these texts. */
export const filesOf = (texts: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(texts).map(
      ([name, text]) =>
        [fileName(name), { bytes: new TextEncoder().encode(text), modified: 0 }] as const
    )
  )
