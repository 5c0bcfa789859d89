/**
 * Where the shared files are. A store is asked by name and knows neither commands nor replies; the layers that
 * implement it are beside this file, and one contract in the tests holds over all of them.
 */
import { Context, Effect, Glob, type Scope, Stream } from "effect"
import type { FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import { byBytes, type FileName, type FolderName } from "../../domain/FileName.ts"
import type * as ByteString from "../../domain/ByteString.ts"
import { makeTopNames } from "./TopNames.ts"

/** Which names to list. */
export interface Selection {
  /** Only names that match. */
  readonly pattern: Glob.Glob | undefined
  /** Only names that sort after this text. */
  readonly after: string | undefined
  /** At most this many names. */
  readonly limit: number | undefined
}

/** What is known of a file without reading it. */
export interface FileDetails {
  /** In bytes. */
  readonly size: number
  /** When the content last changed, in milliseconds since 1970 (UTC). */
  readonly modified: number
  /** An opaque token: two readings of a file with the same token have the same bytes. */
  readonly version: string
}

/**
 * The first bytes of a file, as many as an earlier version of it had. They are that version's only where nothing but
 * growth has happened since, which their digest tells, and nothing else.
 */
export interface Prefix {
  /** In bytes. */
  readonly size: number
  /** The SHA-256 of these bytes as they are now, 64 lower-case hexadecimal digits. Fails as `read` does. */
  readonly sha256: Effect.Effect<string, StoreUnavailable>
}

/** A file held open: its details and its bytes are of one and the same version. */
export interface OpenFile extends FileDetails {
  /**
   * Exactly `length` bytes from byte `start` on, a range that lies inside the file. A chunk is valid until the next
   * one is asked for. Fails where the file shrank, was overwritten, or cannot be read.
   */
  readonly read: (start: number, length: number) => Stream.Stream<Uint8Array, StoreUnavailable>
  /** All of the bytes, where the store came by them as it opened the file. */
  readonly content?: ByteString.ByteString | undefined
  /**
   * The SHA-256 of the file to the size that it had as it was opened, 64 lower-case hexadecimal digits. Fails as `read`
   * does.
   */
  readonly sha256: Effect.Effect<string, StoreUnavailable>
  /** Whether it has the bytes that it was opened with and no more; where it is absent, it always has. */
  readonly isUnchanged?: Effect.Effect<boolean, StoreUnavailable>
  /**
   * What may be left in this file of the version told; `undefined` where it is another file, or is smaller. Absent where
   * a file never grows, but is replaced.
   */
  readonly prefix?: (version: string) => Prefix | undefined
}

/** A file with all of its bytes. */
export interface WholeFile extends FileDetails {
  readonly content: ByteString.ByteString
  /** The SHA-256 of the content, 64 lower-case hexadecimal digits. */
  readonly sha256: string
}

/** A file or a folder in a folder. */
export type FolderEntry =
  | ({
      readonly kind: "file"
      /** Relative to the shared folder, as every name. */
      readonly name: FileName
    } & FileDetails)
  | {
      readonly kind: "folder"
      /** Relative to the shared folder, as every name. */
      readonly name: FileName
      /** When an entry came or went last, in milliseconds since 1970 (UTC), where the store knows. */
      readonly modified: number | undefined
    }

/** What entries are sorted by, by its UTF-8 bytes: the name, and a folder's with a `/`, as files below it begin. */
export const entryKey = ({ kind, name }: Pick<FolderEntry, "kind" | "name">): string =>
  kind === "folder" ? `${name}/` : name

/** The shared files, read-only. */
export class FileStore extends Context.Service<
  FileStore,
  {
    /** Every name, once and in no order. */
    readonly names: Stream.Stream<FileName, StoreUnavailable>
    /** The selected names, sorted by their UTF-8 bytes. However many there are, others are answered meanwhile. */
    readonly list: (
      selection: Selection
    ) => Effect.Effect<ReadonlyArray<FileName>, StoreUnavailable>
    /**
     * The entries of one folder whose `entryKey` sorts after `after`, sorted by it; they come by up to a thousand, are
     * looked at as they are asked for, and others are answered meanwhile. What vanishes meanwhile is left out, and so
     * is all that neither `list` nor `open` would share. `FileNotFound` where there is no such folder. The scope may hold
     * the folder open.
     */
    readonly folder: (
      name: FolderName,
      after?: string
    ) => Effect.Effect<
      Stream.Stream<FolderEntry, StoreUnavailable>,
      FileNotFound | StoreUnavailable,
      Scope.Scope
    >
    /**
     * The file as it is now, where that takes no waiting, as for a small file in memory. `undefined` says nothing of
     * the file, and whoever must know goes on to `describe` or `open` it. It may do nothing but return `undefined`.
     */
    readonly getIfPresent: (name: FileName) => WholeFile | undefined
    /** What is known of the file. */
    readonly describe: (
      name: FileName
    ) => Effect.Effect<FileDetails, FileNotFound | StoreUnavailable>
    /** Opens the file until the scope closes. */
    readonly open: (
      name: FileName
    ) => Effect.Effect<OpenFile, FileNotFound | StoreUnavailable, Scope.Scope>
  }
>()("sockets/services/FileStore") {}

/** The names of `names` that `selection` asks for, in its order and number. */
export const select = <E, R>(
  names: Stream.Stream<FileName, E, R>,
  { after, limit, pattern }: Selection
): Effect.Effect<ReadonlyArray<FileName>, E, R> =>
  Effect.suspend(() => {
    const collector = makeTopNames<FileName>(limit ?? Number.POSITIVE_INFINITY)
    const isSelected = (name: FileName) =>
      (after === undefined || byBytes(name, after) > 0)
      && (pattern === undefined || Glob.match(pattern, name))
    return Stream.runForEachArray(names, (batch) =>
      Effect.sync(() => {
        for (const name of batch) if (isSelected(name)) collector.add(name)
      })
    ).pipe(Effect.map(() => collector.take()))
  })
