/** What every store promises, asked of those that need nothing but this machine. */
import { Context, Effect, Layer } from "effect"
import { rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { FileName } from "../../../src/domain/FileName.ts"
import { FileStore } from "../../../src/services/files/FileStore.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { type MakeShelf, storeContract } from "../../support/stores/StoreContract.ts"
import { directoryStore } from "../../support/stores/Stores.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../support/values/Names.ts"

const past = new Date("2024-03-09T12:34:56.789Z")
const later = new Date("2024-03-09T12:34:57.000Z")

const memory: MakeShelf = (files) =>
  Effect.gen(function* () {
    const shared = new Map<FileName, MemoryFileStore.MemoryFile>()
    const place = (name: string, content: string | Uint8Array, modified: Date) =>
      shared.set(fileName(name), { bytes: Buffer.from(content), modified: modified.getTime() })
    for (const [name, content] of Object.entries(files)) place(name, content, past)
    const context = yield* Layer.build(MemoryFileStore.layer(shared))
    return {
      store: Context.get(context, FileStore),
      replace: (name, content) => Effect.sync(() => void place(name, content, later)),
      remove: (name) => Effect.sync(() => void shared.delete(fileName(name))),
      modified: (name) => Effect.sync(() => shared.get(fileName(name))?.modified ?? Number.NaN)
    }
  })

const directory =
  (options: Parameters<typeof directoryStore>[1] = {}): MakeShelf =>
  (files) =>
    Effect.gen(function* () {
      const folder = yield* folderWith(files)
      for (const name of Object.keys(files)) utimesSync(join(folder, name), past, past)
      return {
        store: yield* directoryStore(folder, options),
        replace: (name, content) =>
          Effect.sync(() => {
            writeFileSync(join(folder, name), content)
            utimesSync(join(folder, name), later, later)
          }),
        remove: (name) => Effect.sync(() => rmSync(join(folder, name))),
        modified: (name) => Effect.sync(() => Math.floor(statSync(join(folder, name)).mtimeMs))
      }
    })

storeContract("memory", memory, "nothing")
storeContract("directory", directory(), "small files")
storeContract("directory without a cache", directory({ cache: 0 }), "nothing")
storeContract("directory without an index", directory({ index: 0 }), "small files")
