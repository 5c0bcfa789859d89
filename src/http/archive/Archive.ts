/**
 * A folder as one tar archive, which is never made: its layout is known from the sizes of its files, and its bytes are
 * read from the store as they are sent. It can be begun anywhere, for as long as no file in it changes; then its version
 * is another, and one that is under way breaks off. Its memory is that of the files' names and details, some 110 bytes
 * each, and of a chunk or two.
 */
import { Effect, type Scope, Stream } from "effect"
import { FileNotFound, type StoreUnavailable } from "../../domain/Errors.ts"
import { type FileName, type FolderName, fromText, lastPart } from "../../domain/FileName.ts"
import type { FileStore } from "../../services/files/FileStore.ts"
import { filesBelow } from "./FolderTree.ts"
import { makeFilePacker } from "./PackedFiles.ts"
import type { Quota } from "./Quota.ts"
import { type Contents, noFile, openSame, readSmall } from "./SmallFiles.ts"
import { type LargeSegment, makeTarLayout, type Segment, segments } from "./TarLayout.ts"

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

/** The most files, and folders around them, of all archives that are being sent: 110 MB. */
export const mostArchivedFiles = 1_000_000

/** The files below a folder, what is known of them together, and where each is in their archive. */
const layOut = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  folder: FolderName,
  quota: Quota,
  outside: number
) {
  const packer = makeFilePacker(outside)
  const packed = packer.finish(yield* filesBelow(store, folder, quota, packer))
  const laying = makeTarLayout(packed.files)
  for (;;) {
    const turn = laying.next()
    if (turn.done === true) return { ...packed, layout: turn.value }
    yield* Effect.yieldNow
  }
})

const readLarge = (
  store: FileStore["Service"],
  { files, layout }: Contents,
  { end, index, start }: LargeSegment
): Stream.Stream<Uint8Array, StoreUnavailable> => {
  const archived = files.at(index)
  if (archived === undefined) return Stream.fail(noFile(index))
  const first = start - layout.content(index)
  return Stream.unwrap(
    Effect.map(openSame(store, archived), (opened) => opened.read(first, end - start))
  )
}

/** What is read as one: segments of small files, or one of a large file. */
type Part = { readonly kind: "small"; readonly segments: ReadonlyArray<Segment> } | LargeSegment

/**
 * Segments of small files that are read as one: behind the last of them nothing was read ahead, and to find them takes a
 * tenth of a microsecond for each of up to 64 files.
 */
const segmentsTogether = 256

/** Segments of small files that follow each other, together. */
const partsOf = function* (all: Iterable<Segment>): Generator<Part> {
  let small: Array<Segment> = []
  for (const segment of all) {
    if (segment.kind === "small") {
      small.push(segment)
      if (small.length < segmentsTogether) continue
    }
    if (small.length > 0) yield { kind: "small", segments: small }
    small = []
    if (segment.kind === "large") yield segment
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
  const { files, layout, modified, version } = yield* quota.layouts.withPermit(
    layOut(store, folder, quota, cut)
  )
  const contents: Contents = { files, layout }
  const readsAhead = yield* quota.readAhead
  return {
    fileName,
    size: layout.size,
    modified,
    version,
    read: (start, length) =>
      Stream.fromIterable(partsOf(segments(layout, start, start + length)), { chunkSize: 1 }).pipe(
        Stream.flatMap((part) =>
          part.kind === "large"
            ? readLarge(store, contents, part)
            : readSmall(store, contents, part.segments, readsAhead)
        )
      )
  }
})
