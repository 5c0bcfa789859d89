/**
 * A folder as one tar archive, which is never made: its layout is known from the sizes of its files, and its bytes are
 * read from the store as they are sent. It can be begun anywhere, for as long as no file in it changes; then its version
 * is another, and one that is under way breaks off. Its memory is that of the files' names and details, some 300 bytes
 * each, and of a chunk or two.
 */
import { Effect, type Scope, Stream } from "effect"
import { FileNotFound, type StoreUnavailable } from "../../domain/Errors.ts"
import { type FileName, type FolderName, fromText, lastPart } from "../../domain/FileName.ts"
import { sha256 } from "../../services/files/Digest.ts"
import type { FileStore } from "../../services/files/FileStore.ts"
import { filesBelow, type ListedFile, type Quota } from "./FolderTree.ts"
import { type ArchivedFile, openSame, readSmall } from "./SmallFiles.ts"
import {
  type LargeSegment,
  makeTarLayout,
  type Segment,
  segments,
  type TarLayout
} from "./TarLayout.ts"

/** An archive of a folder: to be sent as a file is, for it has what a file has. */
export interface Archive {
  /** What it is to be called when it is saved. */
  readonly fileName: FileName
  /** In bytes. */
  readonly size: number
  /** When the newest of its files changed, in milliseconds since 1970 (UTC). */
  readonly modified: number
  /** Two archives with the same version have the same bytes: a digest over all names, sizes, times and versions. */
  readonly version: string
  /**
   * Exactly `length` bytes from byte `start` on. A chunk is valid until the next one is asked for. Fails where a file is
   * not what it was as the archive was begun.
   */
  readonly read: (start: number, length: number) => Stream.Stream<Uint8Array, StoreUnavailable>
}

/** The most files of all archives that are being sent, 300 MB. */
export const mostArchivedFiles = 1_000_000

const encoder = new TextEncoder()

/** Files that are gone through before others have their turn: about 2 ms. */
const batchSize = 1024

/** The files by so many. */
const batchesOf = function* (files: ReadonlyArray<ListedFile>) {
  for (let from = 0; from < files.length; from += batchSize) {
    yield files.slice(from, from + batchSize)
  }
}

/** A line for each file of which the version is a digest; a change of the format must change them. */
const lineOf = ({ modified, name, size, version }: ListedFile): string =>
  `${JSON.stringify(["tar1", name, size, modified, version])}\n`

/** The version of the archive of these files, which `take` is given batch by batch. */
const layOut = (
  files: ReadonlyArray<ListedFile>,
  take: (file: ListedFile) => void
): Effect.Effect<string> =>
  sha256(
    Stream.fromIterable(batchesOf(files)).pipe(
      Stream.mapEffect((batch) =>
        Effect.andThen(
          Effect.yieldNow,
          Effect.sync(() => {
            for (const file of batch) take(file)
            return encoder.encode(batch.map(lineOf).join(""))
          })
        )
      )
    )
  )

const readLarge = (
  store: FileStore["Service"],
  { content, files }: TarLayout<ArchivedFile>,
  { end, index, start }: LargeSegment
): Stream.Stream<Uint8Array, StoreUnavailable> => {
  const archived = files[index]
  if (archived === undefined) return Stream.empty
  const first = start - content(index)
  return Stream.unwrap(
    Effect.map(openSame(store, archived.file), (file) => file.read(first, end - start))
  )
}

/** What is read as one: segments of small files, or one of a large file. */
type Part = { readonly kind: "small"; readonly segments: ReadonlyArray<Segment> } | LargeSegment

/** Segments of small files that follow each other, together. */
const partsOf = function* (all: Iterable<Segment>): Generator<Part> {
  let small: Array<Segment> = []
  for (const segment of all) {
    if (segment.kind === "small") {
      small.push(segment)
      continue
    }
    if (small.length > 0) yield { kind: "small", segments: small }
    small = []
    yield segment
  }
  if (small.length > 0) yield { kind: "small", segments: small }
}

/** The archive of the folder of this name, as it is now; it counts against `quota` until the scope closes. */
export const openArchive = Effect.fn("http.openArchive")(function* (
  store: FileStore["Service"],
  folder: FolderName,
  quota: Quota
): Effect.fn.Return<Archive, FileNotFound | StoreUnavailable, Scope.Scope> {
  const name = lastPart(folder)
  const fileName = fromText(`${name === "" ? "arquivos" : name}.tar`)
  if (fileName === undefined) return yield* new FileNotFound()
  // What is unpacked is one folder, but for the shared one, whose name nobody is told.
  const cut = folder.length - name.length
  const builder = makeTarLayout<ArchivedFile>()
  let latest = 0
  const version = yield* quota.layouts.withPermit(
    Effect.flatMap(filesBelow(store, folder, quota), (found) =>
      layOut(found, (file) => {
        const { modified, size } = file
        builder.add({ file, path: file.name.slice(cut), size, modified })
        latest = Math.max(latest, modified)
      })
    )
  )
  const layout = builder.finish()
  const readsAhead = yield* quota.readAhead
  return {
    fileName,
    size: layout.size,
    modified: latest,
    version,
    read: (start, length) =>
      Stream.fromIterable(partsOf(segments(layout, start, start + length))).pipe(
        Stream.flatMap((part) =>
          part.kind === "large"
            ? readLarge(store, layout, part)
            : readSmall(store, layout, part.segments, readsAhead)
        )
      )
  }
})
