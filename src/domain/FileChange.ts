/** A change of the shared files, and its place in the order of all changes. Recording them: services/files/changes. */
import { Data } from "effect"
import type { FileName } from "./FileName.ts"

/** What is told of a file that is there. */
export interface ChangedFile {
  readonly name: FileName
  /** In bytes. */
  readonly size: number
  /** When the content last changed, in milliseconds since 1970 (UTC). */
  readonly modified: number
  /** The token of FileStore's `FileDetails`. */
  readonly version: string
}

/** A change of a file, or `Rescan`: changes may have been missed, and everything must be looked at anew. */
export type FileChange = Data.TaggedEnum<{
  Created: ChangedFile
  Changed: ChangedFile
  Deleted: { readonly name: FileName }
  Rescan: {}
}>

/** Constructors and the exhaustive match of `FileChange`. */
export const FileChange = Data.taggedEnum<FileChange>()

/**
 * The place of a change in one order of all changes. It is of the form of a stream's entry in Redis, `<epoch>-<sequence>`
 * (redis.io, streams: entry IDs).
 */
export interface ChangeId {
  /** When the recording began, in milliseconds since 1970 (UTC). Places of another epoch cannot be compared. */
  readonly epoch: number
  /** Counted from 1 in each epoch; 0 is the place before the first change. */
  readonly sequence: number
}

/** A change at its place. */
export interface LoggedChange {
  readonly id: ChangeId
  readonly change: FileChange
}

/** An id as it is written on the wire. */
export const formatId = ({ epoch, sequence }: ChangeId): string => `${epoch}-${sequence}`

/** What the changes are called on the wire: the stream of Redis, and the channel, that tell them. */
export const changesName = "arquivos"

/** A place that no log reaches: who stands there is told to look at everything anew. */
export const nowhere: ChangeId = { epoch: 0, sequence: 0 }

/** What a change is called on the wire: `refazer` says to look at everything anew. */
export type Operation = "criado" | "alterado" | "apagado" | "refazer"

const operations = {
  Created: "criado",
  Changed: "alterado",
  Deleted: "apagado",
  Rescan: "refazer"
} as const satisfies Record<FileChange["_tag"], Operation>

/** What this change is called on the wire. */
export const operationOf = ({ _tag }: FileChange): Operation => operations[_tag]

/** The furthest that a date of JavaScript's is from 1970, in milliseconds (ECMA-262, 21.4.1.1). */
const furthestDate = 8_640_000_000_000_000

/**
 * The nearest time that a date can have, in milliseconds since 1970. A file's may lie beyond the dates there are: its
 * version is exact, what is told is the last one.
 */
export const nearestTime = (milliseconds: number): number =>
  Math.min(furthestDate, Math.max(-furthestDate, milliseconds))

/** Milliseconds since 1970 in ISO 8601, UTC; of a time beyond the dates there are, the nearest. */
export const formatTime = (milliseconds: number): string =>
  new Date(nearestTime(milliseconds)).toISOString()

/** What is told of a change on the wire, by its names there and in this order: what it is called, and what of which file. */
export const changeFields = (
  change: FileChange
): Readonly<Record<string, string | number>> & { readonly op: Operation } => {
  const op = operationOf(change)
  switch (change._tag) {
    case "Rescan":
      return { op }
    case "Deleted":
      return { op, nome: change.name }
    case "Created":
    case "Changed": {
      const { modified, name, size, version } = change
      return { op, nome: name, tamanho: size, modificado: formatTime(modified), versao: version }
    }
  }
}

/** A change as JSON. */
export const changeJson = (change: FileChange): string => JSON.stringify(changeFields(change))

/** A change with its id as JSON: as `changeJson`, with `id` before the rest. */
export const loggedJson = ({ change, id }: LoggedChange): string =>
  JSON.stringify({ id: formatId(id), ...changeFields(change) })

/**
 * The id of this text, as `formatId` writes it, or of an epoch alone (redis.io, streams: an incomplete ID); `undefined`
 * for any other text. It may be an id that no log has given.
 */
export const parseId = (text: string): ChangeId | undefined => {
  const [, epoch, sequence = "0"] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text) ?? []
  return epoch === undefined ? undefined : { epoch: Number(epoch), sequence: Number(sequence) }
}
