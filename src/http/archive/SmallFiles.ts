/**
 * The small files of an archive, with their headers and their padding, in chunks of some hundred kilobytes. While one chunk
 * is sent, the next is read into the other of two buffers. What lies where: TarLayout.
 */
import { Cause, Effect, Fiber, type Pull, Stream } from "effect"
import { StoreUnavailable } from "../../domain/Errors.ts"
import type { FileStore } from "../../services/files/FileStore.ts"
import type { FoundFile, PackedFiles } from "./PackedFiles.ts"
import { tarHeader } from "./TarHeader.ts"
import type { Segment, TarLayout } from "./TarLayout.ts"

/** What is in an archive, and where. */
export interface Contents {
  readonly files: PackedFiles
  readonly layout: TarLayout
}

/** Of an index that is the layout's and no file's, of which there is none; and no bytes are made up where there were. */
export const noFile = (index: number) =>
  new StoreUnavailable({ cause: new Error(`an archive has no file ${index}`) })

const changed = (name: string) =>
  new StoreUnavailable({ cause: new Error(`${name} changed while its archive was sent`) })

/** Opens the file until the scope closes, if it is still the one that the layout is made for. */
export const openSame = Effect.fnUntraced(function* (store: FileStore["Service"], file: FoundFile) {
  const opened = yield* Effect.catchTag(store.open(file.name), "FileNotFound", () =>
    Effect.fail(changed(file.name))
  )
  return opened.version === file.version ? opened : yield* changed(file.name)
})

/** What of something in the archive lies in a segment. */
interface Piece {
  /** Its first byte there, counted from where the whole begins. */
  readonly from: number
  readonly length: number
  /** Where in the segment it begins. */
  readonly place: number
}

/** What of `size` bytes, which begin at `at`, lies in the segment. */
const pieceOf = ({ end, start }: Segment, at: number, size: number): Piece => {
  const from = Math.max(0, start - at)
  return { from, length: Math.min(size, end - at) - from, place: at + from - start }
}

/**
 * Reads a piece of a small file to its place in the chunk. It is opened, and not asked for in memory: a million files
 * would drive out those that are asked for often.
 */
const readInto = (
  store: FileStore["Service"],
  chunk: Uint8Array,
  file: FoundFile,
  { from, length, place }: Piece
): Effect.Effect<void, StoreUnavailable> =>
  Effect.scoped(
    Effect.flatMap(openSame(store, file), (opened) => {
      let position = place
      return Stream.runForEach(opened.read(from, length), (bytes) =>
        Effect.sync(() => {
          chunk.set(bytes, position)
          position += bytes.length
        })
      )
    })
  )

/** Small files that are read at a time: the thread pool reads four. */
const readConcurrency = 4

/** Fills the chunk with the bytes of a segment: headers, files, and padding, which is zeros. */
const fill = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  { files, layout: { content, count, fileAt, start } }: Contents,
  segment: Segment,
  chunk: Uint8Array
) {
  chunk.fill(0)
  const wanted: Array<readonly [file: FoundFile, piece: Piece]> = []
  for (let index = fileAt(segment.start); index < count; index++) {
    if (start(index) >= segment.end) break
    const archived = files.at(index)
    if (archived === undefined) return yield* noFile(index)
    if (content(index) > segment.start) {
      const header = tarHeader(archived)
      const { from, length, place } = pieceOf(segment, start(index), header.length)
      chunk.set(header.subarray(from, from + length), place)
    }
    if (content(index) < segment.end && content(index) + archived.size > segment.start) {
      wanted.push([archived, pieceOf(segment, content(index), archived.size)])
    }
  }
  yield* Effect.forEach(wanted, ([wanted, piece]) => readInto(store, chunk, wanted, piece), {
    concurrency: readConcurrency,
    discard: true
  })
  return chunk
})

/** The next chunk; `undefined` behind the last. */
type Next = Effect.Effect<Uint8Array | undefined, StoreUnavailable>

/**
 * The bytes of these segments, a chunk each, which is valid until the next one is pulled. Fails where a file is not what it
 * was as the layout was made. To read ahead takes a second buffer.
 */
export const readSmall = (
  store: FileStore["Service"],
  contents: Contents,
  segments: ReadonlyArray<Segment>,
  readsAhead: boolean
): Stream.Stream<Uint8Array, StoreUnavailable> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const buffers: Array<Uint8Array> = []
      const read = (index: number): Next => {
        const segment = segments[index]
        if (segment === undefined) return Effect.undefined
        const size = segment.end - segment.start
        const place = readsAhead ? index % 2 : 0
        let buffer = buffers[place]
        if (buffer === undefined || buffer.length < size) {
          buffer = buffers[place] = new Uint8Array(size)
        }
        return fill(store, contents, segment, buffer.subarray(0, size))
      }
      const begin = (index: number): Effect.Effect<Next> =>
        readsAhead
          ? Effect.map(Effect.forkIn(read(index), scope, { startImmediately: true }), Fiber.join)
          : Effect.succeed(Effect.suspend(() => read(index)))
      let index = 0
      let next = yield* begin(index)
      const pull: Pull.Pull<readonly [Uint8Array], StoreUnavailable> = Effect.flatMap(
        Effect.suspend(() => next),
        (chunk) =>
          chunk === undefined
            ? Cause.done()
            : Effect.map(begin(++index), (begun) => {
                next = begun
                return [chunk] as const
              })
      )
      return Stream.fromPull(Effect.succeed(pull))
    })
  )
