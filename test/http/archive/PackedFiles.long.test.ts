/** What the list of an archive takes. In the long suite, for there a file has a process of its own. */
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { openArchive } from "../../../src/http/archive/Archive.ts"
import { makeQuota } from "../../../src/http/archive/Quota.ts"
import { FileStore, type FolderEntry } from "../../../src/services/files/FileStore.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { memoryInUse } from "../../support/Heap.ts"
import { fileName } from "../../support/values/Names.ts"

const count = 20_000

/** The files of the folder `m`, made as they are asked for. */
const entries = function* (): Generator<FolderEntry> {
  for (let index = 0; index < count; index++) {
    const number = String(index).padStart(6, "0")
    const version = `fd00-${number}-sg-1k2j3h4g5f6d-1k2j3h4g5f6d`
    const name = fileName(`m/${number}-${"a".repeat(20)}.txt`)
    yield { kind: "file", name, size: index, modified: 1_764_140_000_000 + index, version }
  }
}

it.effect("the files of an archive take less than 140 bytes each until they are sent", () =>
  Effect.gen(function* () {
    const empty = Context.get(yield* Layer.build(MemoryFileStore.layer(new Map())), FileStore)
    const store: FileStore["Service"] = {
      ...empty,
      folder: () => Effect.succeed(Stream.fromIterable(entries(), { chunkSize: 1000 }))
    }
    const open = openArchive(store, fileName("m"), makeQuota(1_000_000))
    // What is only made once is the first one's.
    const archives = [yield* open]
    const taken: Array<number> = []
    for (let round = 0; round < 3; round++) {
      const before = memoryInUse()
      archives.push(yield* open)
      taken.push((memoryInUse() - before) / count)
    }
    assert.lengthOf(new Set(archives.map(({ version }) => version)), 1)
    // The engine lets go of what was taken before in one round or another: the middle one tells.
    const [, middle = Number.NaN] = taken.toSorted((one, other) => one - other)
    assert.isAbove(middle, 80)
    assert.isBelow(middle, 140)
  })
)
