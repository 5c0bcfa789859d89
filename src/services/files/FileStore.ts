/**
 * The interface of a store of shared files, which are found by name. Knows neither commands nor replies. The stores:
 * MemoryFileStore, directory/ and s3/; all of them keep the contract of test/support/stores/StoreContract.ts.
 */
import { Context, Effect, type Scope, Stream } from "effect"
import type { FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { byBytes, type FileName, type FolderName } from "../../domain/FileName.ts"
import type * as ByteString from "../../domain/ByteString.ts"
import type { NamePattern } from "../../domain/NamePattern.ts"
import { makeTopNames } from "./TopNames.ts"

/** Which names to list; each field may be left out with `undefined`. */
export interface Selection {
  /** Only names that match. */
  readonly pattern: NamePattern | undefined
  /** Only names that sort after this text. */
  readonly after: string | undefined
  /** At most this many names. */
  readonly limit: number | undefined
}

/** The metadata of a file. */
export interface FileDetails {
  /** In bytes. */
  readonly size: number
  /** When the content last changed, in milliseconds since 1970 (UTC). */
  readonly modified: number
  /** An opaque token: two readings of a file with the same token have the same bytes. */
  readonly version: string
}

/**
 * The first bytes of a file, as many as an earlier version of it had. They are that version's bytes only if the file was
 * appended to and not otherwise changed, which only their digest can tell.
 */
export interface Prefix {
  /** In bytes. */
  readonly size: number
  /** The SHA-256 of these bytes as they are now, 64 lower-case hexadecimal digits. Fails as `read` does. */
  readonly sha256: Effect.Effect<string, StoreUnavailable>
}

/** An open file: its details and its bytes are of the same version. */
export interface OpenFile extends FileDetails {
  /**
   * Exactly `length` bytes from byte `start` on, a range inside the file. A chunk is valid until the next one is pulled,
   * because its buffer is used again. Fails where the file shrank, was overwritten, or cannot be read.
   */
  readonly read: (start: number, length: number) => Stream.Stream<Uint8Array, StoreUnavailable>
  /** All of the bytes, if the store has them in memory. */
  readonly content?: ByteString.ByteString | undefined
  /**
   * The SHA-256 of as many bytes as the file had when it was opened, 64 lower-case hexadecimal digits. Fails as `read`
   * does.
   */
  readonly sha256: Effect.Effect<string, StoreUnavailable>
  /** Whether the file did not change since it was opened; absent in a store whose open files cannot change. */
  readonly isUnchanged?: Effect.Effect<boolean, StoreUnavailable>
  /**
   * As many bytes as the file had in an earlier version; `undefined` where that was another file, or a larger one. Absent
   * in a store whose files are replaced and never grow.
   */
  readonly prefix?: (version: string) => Prefix | undefined
}

/** A file in memory. */
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
      /** Which folder it is: the same under every name that leads to it. */
      readonly id: string
      /** Whether it is a link to a folder whose files `names` has under that folder's own name. */
      readonly isListedElsewhere: boolean
    }

/** A file and its metadata. */
export type FileEntry = Extract<FolderEntry, { readonly kind: "file" }>

/** What entries are sorted by, by its UTF-8 bytes: the name, and a folder's with a `/`, as files below it begin. */
export const entryKey = ({ kind, name }: Pick<FolderEntry, "kind" | "name">): string =>
  kind === "folder" ? `${name}/` : name

/** How many names there were when they were counted. */
export interface KnownCount {
  readonly names: number
  /** When that was, by Monotonic, in milliseconds. */
  readonly at: number
}

/** The shared files, read-only. */
export class FileStore extends Context.Service<
  FileStore,
  {
    /** Every name, once and in no order. */
    readonly names: Stream.Stream<FileName, StoreUnavailable>
    /** How many names there are. */
    readonly count: Effect.Effect<number, StoreUnavailable>
    /**
     * How many names there are as far as that is known without a walk over them: in a folder as its index has it, which looks
     * at each folder and reads those that it does not have, elsewhere as they were counted last, by this process.
     * `undefined` where they never were.
     */
    readonly knownCount: Effect.Effect<KnownCount | undefined, StoreUnavailable>
    /**
     * A name at random, each equally likely; `undefined` where there is none. `draw` returns random numbers from 0 to 1,
     * excluding 1.
     */
    readonly pick: (draw: () => number) => Effect.Effect<FileName | undefined, StoreUnavailable>
    /** The selected names, sorted by their UTF-8 bytes. Yields to other fibers, however many names there are. */
    readonly list: (
      selection: Selection
    ) => Effect.Effect<ReadonlyArray<FileName>, StoreUnavailable>
    /**
     * The selected files with their metadata, as `list` sorts them: fewer than the limit only where there are no more. A
     * file that may not be read is among them, as in `list`; one that vanishes meanwhile is not. The limit bounds the
     * memory: some 300 bytes a file.
     */
    readonly listFiles: (
      selection: Selection
    ) => Effect.Effect<ReadonlyArray<FileEntry>, StoreUnavailable>
    /**
     * The entries of one folder whose `entryKey` sorts after `after`, sorted by it, in chunks of up to a thousand, whose
     * metadata is read as they are pulled. Yields to other fibers. What vanishes meanwhile is left out, and so is what
     * neither `list` nor `open` would share. Fails with FileNotFound where there is no such folder. The scope may hold the
     * folder open.
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
     * The `entryKey`s of what `folder` has, without a look at the metadata of each, where the store can tell them so.
     * Otherwise as `folder`.
     */
    readonly folderKeys: (
      name: FolderName,
      after?: string
    ) => Effect.Effect<
      Stream.Stream<string, StoreUnavailable>,
      FileNotFound | StoreUnavailable,
      Scope.Scope
    >
    /**
     * The file as it is now, if the store can return it synchronously, as a small file in memory. `undefined` says nothing
     * about the file: `describe` or `open` must then be used. A store may always return `undefined`.
     */
    readonly getIfPresent: (name: FileName) => WholeFile | undefined
    /** The file's metadata. */
    readonly describe: (
      name: FileName
    ) => Effect.Effect<FileDetails, FileNotFound | StoreUnavailable>
    /** Opens the file until the scope closes. */
    readonly open: (
      name: FileName
    ) => Effect.Effect<OpenFile, FileNotFound | StoreUnavailable, Scope.Scope>
  }
>()("sockets/services/FileStore") {}

/** A `knownCount` that counts, for a store where that takes no walk. */
export const countNow = (
  count: FileStore["Service"]["count"]
): Effect.Effect<KnownCount, StoreUnavailable> =>
  Effect.zipWith(count, Monotonic.now, (names, at) => ({ names, at }))

/** `count`, and a `knownCount` that tells what it returned last. */
export const rememberCount = (
  count: FileStore["Service"]["count"]
): Pick<FileStore["Service"], "count" | "knownCount"> => {
  let last: KnownCount | undefined
  return {
    count: Effect.map(countNow(count), (counted) => {
      last = counted
      return counted.names
    }),
    knownCount: Effect.sync(() => last)
  }
}

/** One of `names` at random, as `pick` returns it. */
export const pickFrom = <E, R>(
  names: Stream.Stream<FileName, E, R>,
  draw: () => number
): Effect.Effect<FileName | undefined, E, R> =>
  Effect.suspend(() => {
    let seen = 0
    let picked: FileName | undefined
    return Effect.map(
      Stream.runForEachArray(names, (batch) =>
        Effect.sync(() => {
          // Reservoir sampling: the n-th name replaces the picked one with probability 1/n, so all are equally likely.
          for (const name of batch) if (draw() * ++seen < 1) picked = name
        })
      ),
      () => picked
    )
  })

/** Those of `names` that `selection` selects, sorted by their UTF-8 bytes. */
export const select = <E, R>(
  names: Stream.Stream<FileName, E, R>,
  { after, limit, pattern }: Selection
): Effect.Effect<ReadonlyArray<FileName>, E, R> =>
  Effect.suspend(() => {
    const collector = makeTopNames<FileName>(limit ?? Number.POSITIVE_INFINITY)
    const isSelected = (name: FileName) =>
      (after === undefined || byBytes(name, after) > 0)
      && (pattern === undefined || pattern.matches(name))
    return Stream.runForEachArray(names, (batch) =>
      Effect.sync(() => {
        for (const name of batch) if (isSelected(name)) collector.add(name)
      })
    ).pipe(Effect.map(() => collector.take()))
  })

/** `folderKeys` by `folder`, for a store whose listings have the metadata. */
export const folderKeysBy =
  (folder: FileStore["Service"]["folder"]): FileStore["Service"]["folderKeys"] =>
  (name, after) =>
    Effect.map(folder(name, after), (entries) => Stream.map(entries, entryKey))

/** `listFiles` by asking for names, and for the entry of each, `undefined` where there is none. */
export const listFilesBy =
  (
    list: FileStore["Service"]["list"],
    entriesOf: (
      names: ReadonlyArray<FileName>
    ) => Effect.Effect<ReadonlyArray<FileEntry | undefined>, StoreUnavailable>
  ): FileStore["Service"]["listFiles"] =>
  (selection) =>
    Effect.gen(function* () {
      const { limit = Number.POSITIVE_INFINITY } = selection
      const found: Array<FileEntry> = []
      let { after } = selection
      for (;;) {
        const wanted = limit - found.length
        const names = yield* list({ ...selection, after, limit: wanted })
        const entries = yield* entriesOf(names)
        for (const entry of entries) if (entry !== undefined) found.push(entry)
        after = names.at(-1)
        // What vanished is made up for, so that a short page is the last one.
        if (names.length < wanted || found.length === limit) return found
      }
    })
