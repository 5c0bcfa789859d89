/**
 * A folder as one tar archive, which is never made: its layout is known from the sizes of its files, and its bytes are
 * read from the store as they are sent. It can be begun anywhere, for as long as no file in it changes; then its version
 * is another, and one that is under way breaks off. Its memory is that of the files' names and details, some 300 bytes
 * each, and of one chunk.
 */
import { Effect, type Scope, Stream } from "effect"
import { FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import { type FileName, type FolderName, fromText, lastPart } from "../../domain/FileName.ts"
import { sha256 } from "../../services/files/Digest.ts"
import type { FileStore } from "../../services/files/FileStore.ts"
import { filesBelow, type ListedFile, type Quota } from "./FolderTree.ts"
import { tarHeader, type TarFile } from "./TarHeader.ts"
import { makeTarLayout, type Segment, segments, type TarLayout } from "./TarLayout.ts"

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

/** A file of an archive, as it is in the store. */
interface ArchivedFile extends TarFile {
  readonly file: ListedFile
}

const changed = (name: string) =>
  new StoreUnavailable({ cause: new Error(`${name} changed while its archive was sent`) })

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

/** The file, if it is still the one that the layout is made for. */
const openSame = Effect.fnUntraced(function* (store: FileStore["Service"], file: ListedFile) {
  const opened = yield* Effect.catchTag(store.open(file.name), "FileNotFound", () =>
    Effect.fail(changed(file.name))
  )
  return opened.version === file.version ? opened : yield* changed(file.name)
})

/** All bytes of a small file. It is opened, and not asked for in memory: a million files would drive out those that are asked for often. */
const contentOf = (
  store: FileStore["Service"],
  file: ListedFile
): Effect.Effect<Uint8Array, StoreUnavailable> =>
  Effect.scoped(
    Effect.gen(function* () {
      const opened = yield* openSame(store, file)
      const bytes = new Uint8Array(file.size)
      let filled = 0
      yield* Stream.runForEach(opened.read(0, file.size), (chunk) =>
        Effect.sync(() => {
          bytes.set(chunk, filled)
          filled += chunk.length
        })
      )
      return bytes
    })
  )

/** Copies what of `bytes`, which begin at `at`, lies in the target, which begins at `start`. */
const copyInto = (target: Uint8Array, start: number, bytes: Uint8Array, at: number): void => {
  const from = Math.max(0, start - at)
  const to = Math.min(bytes.length, start + target.length - at)
  if (to > from) target.set(bytes.subarray(from, to), at + from - start)
}

/** Small files that are read at a time: the thread pool reads four. */
const readConcurrency = 4

/** The bytes of a segment of small files, headers and padding, which is zeros. */
const readSmall = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  { content, fileAt, files, start }: TarLayout<ArchivedFile>,
  segment: Segment
) {
  const chunk = new Uint8Array(segment.end - segment.start)
  const wanted: Array<readonly [file: ListedFile, at: number]> = []
  for (let index = fileAt(segment.start); index < files.length; index++) {
    const archived = files[index]
    if (archived === undefined || start(index) >= segment.end) break
    if (content(index) > segment.start) {
      copyInto(chunk, segment.start, tarHeader(archived), start(index))
    }
    if (content(index) < segment.end && content(index) + archived.size > segment.start) {
      wanted.push([archived.file, content(index)])
    }
  }
  yield* Effect.forEach(
    wanted,
    ([file, at]) =>
      Effect.map(contentOf(store, file), (bytes) => copyInto(chunk, segment.start, bytes, at)),
    { concurrency: readConcurrency, discard: true }
  )
  return chunk
})

const readLarge = (
  store: FileStore["Service"],
  { content, files }: TarLayout<ArchivedFile>,
  { end, index, start }: Extract<Segment, { readonly kind: "large" }>
): Stream.Stream<Uint8Array, StoreUnavailable> => {
  const archived = files[index]
  if (archived === undefined) return Stream.empty
  const first = start - content(index)
  return Stream.unwrap(
    Effect.map(openSame(store, archived.file), (file) => file.read(first, end - start))
  )
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
  return {
    fileName,
    size: layout.size,
    modified: latest,
    version,
    read: (start, length) =>
      Stream.fromIterable(segments(layout, start, start + length)).pipe(
        Stream.flatMap((segment) =>
          segment.kind === "large"
            ? readLarge(store, layout, segment)
            : Stream.fromEffect(readSmall(store, layout, segment))
        )
      )
  }
})
