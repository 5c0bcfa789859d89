/** Ways to ask a store in tests. */
import { Context, Effect, Layer, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { FileNotFound, StoreUnavailable } from "../../../src/domain/Errors.ts"
import * as NamePattern from "../../../src/domain/NamePattern.ts"
import * as Pattern from "../../../src/domain/Pattern.ts"
import * as DirectoryFileStore from "../../../src/services/files/directory/DirectoryFileStore.ts"
import type { FolderUnusable } from "../../../src/services/files/directory/SharedFolder.ts"
import { Stats } from "../../../src/telemetry/Stats.ts"
import {
  FileStore,
  type FolderEntry,
  type OpenFile,
  type Selection
} from "../../../src/services/files/FileStore.ts"
import { fileName } from "../values/Names.ts"

/** The store of a folder, until the scope closes. */
export const directoryStore = (
  folder: string,
  {
    hidden = false,
    ...options
  }: {
    readonly hidden?: boolean
    readonly links?: boolean
    readonly cache?: number
    readonly index?: number
  } = {}
): Effect.Effect<FileStore["Service"], FolderUnusable, Scope.Scope> =>
  Effect.map(
    Layer.build(
      Layer.provide(DirectoryFileStore.layer({ folder, hidden, ...options }), Stats.layer)
    ),
    (context) => Context.get(context, FileStore)
  )

/**
 * As long as it takes until what was read of a folder of this machine is held, for it is a tenth of a second old then: of
 * real time, as the file system goes by no other.
 */
export const settle = TestClock.withLive(Effect.sleep(150))

/** A selection of which all is left out that the test does not name. */
export const selection = (
  given: { readonly pattern?: string; readonly after?: string; readonly limit?: number } = {}
): Selection => ({
  pattern:
    given.pattern === undefined
      ? undefined
      : NamePattern.fromGlob(Pattern.make(given.pattern, true)),
  after: given.after,
  limit: given.limit
})

/** Every name of the store, as plain text. */
export const namesOf = (
  store: FileStore["Service"],
  given: Parameters<typeof selection>[0] = {}
): Effect.Effect<ReadonlyArray<string>, StoreUnavailable> => store.list(selection(given))

/** The bytes of a range, all of it unless given; `onFirst` runs when the first chunk has come. */
export const readAll = (
  file: OpenFile,
  {
    length = file.size,
    onFirst,
    start = 0
  }: { readonly start?: number; readonly length?: number; readonly onFirst?: () => void } = {}
): Effect.Effect<Buffer, StoreUnavailable> =>
  Effect.suspend(() => {
    // A chunk is valid until the next one is asked for, so it is copied.
    const chunks: Array<Buffer> = []
    return file.read(start, length).pipe(
      Stream.runForEach((chunk) =>
        Effect.sync(() => {
          if (chunks.push(Buffer.from(chunk)) === 1) onFirst?.()
        })
      ),
      Effect.map(() => Buffer.concat(chunks))
    )
  })

/** The bytes of a file by its name. */
export const contentOf = (
  store: FileStore["Service"],
  name: string
): Effect.Effect<Buffer, FileNotFound | StoreUnavailable> =>
  Effect.scoped(Effect.flatMap(store.open(fileName(name)), (file) => readAll(file)))

/** The entries of a folder, as they come. */
export const entriesOf = (
  store: FileStore["Service"],
  folder: string,
  after?: string
): Effect.Effect<ReadonlyArray<FolderEntry>, FileNotFound | StoreUnavailable> =>
  Effect.scoped(
    Effect.flatMap(
      store.folder(folder === "" ? folder : fileName(folder), after),
      Stream.runCollect
    )
  )

/** The keys of a folder's entries, as they come without the metadata. */
export const folderKeysOf = (
  store: FileStore["Service"],
  folder: string,
  after?: string
): Effect.Effect<ReadonlyArray<string>, FileNotFound | StoreUnavailable> =>
  Effect.scoped(
    Effect.flatMap(
      store.folderKeys(folder === "" ? folder : fileName(folder), after),
      Stream.runCollect
    )
  )
