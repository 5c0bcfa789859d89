/** What a mirror that follows knows, beside what its files say at the same moment, as after a kill. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import type { PlacedEntry } from "../../../../src/client/mirror/Entries.ts"
import { MirrorFolder } from "../../../../src/client/mirror/MirrorFolder.ts"
import { makeMemory } from "../../../../src/client/mirror/state/Memory.ts"
import * as NextState from "../../../../src/client/mirror/state/NextState.ts"
import * as StateFile from "../../../../src/client/mirror/state/StateFile.ts"
import * as Hashing from "../../../../src/client/node/Hashing.ts"
import { layer } from "../../../../src/client/node/mirror/Folder.ts"
import * as ByteString from "../../../../src/domain/ByteString.ts"
import * as FileName from "../../../../src/domain/FileName.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import { seeded } from "../../../support/values/Seeded.ts"
import { assertSame } from "../../../support/values/Same.ts"

const names = Array.from({ length: 60 }, (_, index) => {
  const text = `${index % 7}/${"line\nend".slice(index % 8)}${index}`
  return FileName.fromText(text) ?? assert.fail(text)
})

const entryOf = (number: number): PlacedEntry => ({
  size: number,
  modified: 1_700_000_000_000 + number,
  sha256: String(number).padStart(64, "0"),
  version: ByteString.fromText(`v${number}`)
})

describe("what a mirror that follows knows", () => {
  it.effect("is in its files at any moment, and the state file is not written at each change", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      const below = seeded(7)
      const model = new Map(names.slice(0, 40).map((name, index) => [name, entryOf(index)]))
      const inodes = new Set<number>()
      yield* Effect.gen(function* () {
        const [file, settled] = [StateFile.empty, new Uint8Array()]
        const none = { count: () => 0, entries: () => [] }
        yield* NextState.write({ file, settled, entries: model, added: none })
        const memory = makeMemory()
        const agree = Effect.fnUntraced(function* () {
          const read = makeMemory()
          for (const name of names) {
            const entry = model.get(name)
            const expected = entry === undefined ? [] : [entry]
            assertSame(yield* memory.of(name), expected)
            assertSame(yield* read.of(name), expected)
          }
          const others = new Set(names.filter((_, index) => index % 3 === 0))
          assertSame(
            new Map((yield* memory.allBut(others))()),
            new Map([...model].filter(([name]) => !others.has(name)))
          )
        })
        for (let change = 0; change < 1500; change++) {
          const some = new Map(
            Array.from({ length: 1 + below(3) }, (_, index) => [
              names[below(names.length)] ?? assert.fail(),
              below(3) === 0 ? undefined : entryOf(3 * change + index)
            ])
          )
          yield* memory.learn([...some])
          for (const [name, entry] of some)
            if (entry === undefined) model.delete(name)
            else model.set(name, entry)
          inodes.add(fs.statSync(join(root, ".app-mirror/state")).ino)
          if (below(30) === 0) yield* agree()
        }
        yield* agree()
      }).pipe(Effect.provide([layer(root, false), Hashing.layer]))
      assert.isBelow(inodes.size, 3)
      assert.isAbove(inodes.size, 1)
    })
  )

  it.effect("is the version that is there, where a run broke off before it placed another", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      const [name = assert.fail(), ...others] = names
      const [placed, meant] = [entryOf(1), entryOf(2)]
      yield* Effect.gen(function* () {
        const folder = yield* MirrorFolder
        const [file, settled] = [StateFile.empty, new Uint8Array()]
        const none = { count: () => 0, entries: () => [] }
        yield* NextState.write({ file, settled, entries: new Map([[name, placed]]), added: none })
        const place = folder.pathOf(name)
        fs.mkdirSync(join(place, ".."), { recursive: true })
        fs.writeFileSync(place, "1")
        fs.utimesSync(place, placed.modified / 1000, placed.modified / 1000)
        yield* folder.begin
        const path = folder.partOf(name)
        const staged = { name, path, entry: meant, seen: undefined, isSynced: true }
        yield* folder.place([staged])
        const memory = makeMemory()
        assert.deepStrictEqual(yield* memory.of(name), [placed, meant])
        const state = fs.statSync(join(root, ".app-mirror/state")).ino
        for (let change = 0; change < 2000; change += others.length)
          yield* memory.learn(others.map((other, index) => [other, entryOf(change + index)]))
        assert.notStrictEqual(fs.statSync(join(root, ".app-mirror/state")).ino, state)
        assert.deepStrictEqual(yield* makeMemory().of(name), [placed])
      }).pipe(Effect.provide([layer(root, false), Hashing.layer]))
    })
  )
})
