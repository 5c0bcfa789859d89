/** A folder as one tar archive: what real tar makes of it, begun anywhere, and broken off where a file changes. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { execFileSync } from "node:child_process"
import {
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import { FileNotFound, StoreUnavailable } from "../../../src/domain/Errors.ts"
import { folderFromText } from "../../../src/domain/FileName.ts"
import { type Archive, openArchive } from "../../../src/http/archive/Archive.ts"
import { makeQuota } from "../../../src/http/archive/Quota.ts"
import type { FileStore } from "../../../src/services/files/FileStore.ts"
import { directoryStore } from "../../support/stores/Stores.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { seeded } from "../../support/values/Seeded.ts"

const open = (store: FileStore["Service"], folder: string, quota = makeQuota(1000)) => {
  const name = folderFromText(folder)
  return name === undefined ? assert.fail(folder) : openArchive(store, name, quota)
}

/** A chunk is valid until the next one is asked for, so it is copied. */
const bytesOf = ({ read, size }: Archive, start = 0, length = size - start) =>
  Effect.map(
    Stream.runFold(
      read(start, length),
      (): Array<Buffer> => [],
      (chunks, chunk) => (chunks.push(Buffer.from(chunk)), chunks)
    ),
    (chunks) => Buffer.concat(chunks)
  )

const long = `${"pasta-longa-".repeat(12)}/${"ç".repeat(120)}`

const files: Readonly<Record<string, string | Uint8Array>> = {
  "p/a.txt": "um",
  "p/vazio": "",
  "p/-": "-",
  "p/bloco": "x".repeat(512),
  "p/quase": "x".repeat(511),
  [`p/${long}`]: "nome longo",
  "p/a\nb 'c' \u{1f600}": "estranho",
  "p/grande": Buffer.alloc(700_000, "0123456789abcdef!"),
  "p/sub/64k": Buffer.alloc(65_536, "ab"),
  "p/sub/256k": Buffer.alloc(262_144, "abc"),
  "p/sub/256k+1": Buffer.alloc(262_145, "cde"),
  "p/.oculto": "não",
  "fora.txt": "não"
}

describe("archives of a folder", () => {
  it.effect(
    "are laid out two at a time, however many are asked for, and who leaves makes room",
    () =>
      Effect.gen(function* () {
        const store = yield* directoryStore(yield* folderWith({ "p/a": "um" }))
        const gate = yield* Deferred.make<void>()
        let listed = 0
        const slow: FileStore["Service"] = {
          ...store,
          folder: (name, after) =>
            Effect.suspend(() => {
              listed += 1
              return Effect.andThen(Deferred.await(gate), store.folder(name, after))
            })
        }
        const quota = makeQuota(1000)
        const asking = yield* Effect.forEach(Array.from({ length: 20 }), () =>
          Effect.forkChild(Effect.scoped(open(slow, "p", quota)), { startImmediately: true })
        )
        assert.strictEqual(listed, 2)
        const [first, ...others] = asking
        if (first !== undefined) yield* Fiber.interrupt(first)
        while (listed === 2) yield* Effect.yieldNow
        assert.strictEqual(listed, 3)
        yield* Deferred.succeed(gate, undefined)
        for (const fiber of others) assert.isAbove((yield* Fiber.join(fiber)).size, 0)
      })
  )
})

describe("an archive of a folder", () => {
  for (const cache of [undefined, 0]) {
    it.effect(
      `is unpacked by tar as the folder itself (${cache === 0 ? "without" : "with"} a cache)`,
      () =>
        Effect.gen(function* () {
          const folder = yield* folderWith(files)
          utimesSync(join(folder, "p/a.txt"), 0, new Date(-1_000_000))
          utimesSync(join(folder, "p/vazio"), 0, 2 ** 33 + 7)
          const store = yield* directoryStore(folder, cache === undefined ? {} : { cache })
          const archive = yield* open(store, "p")
          const bytes = yield* bytesOf(archive)
          assert.strictEqual(bytes.length, archive.size)
          assert.strictEqual(archive.fileName, "p.tar")
          const out = yield* temporaryFolder
          execFileSync("tar", ["-xf", "-", "-C", out], { input: bytes })
          execFileSync("diff", ["-r", "--exclude=.oculto", join(folder, "p"), join(out, "p")])
          const listed = execFileSync("tar", ["-tvf", "-", "--full-time", "--utc"], {
            input: bytes
          }).toString()
          assert.include(listed, "1969-12-31 23:43:20 p/a.txt")
          assert.include(listed, "2242-03-16 12:56:39 p/vazio")
          assert.notInclude(listed, "oculto")
        })
    )
  }

  it.effect("can be begun at any byte, and goes on as it would have", () =>
    Effect.gen(function* () {
      const store = yield* directoryStore(yield* folderWith(files))
      const archive = yield* open(store, "")
      const whole = yield* bytesOf(archive)
      const random = seeded(7)
      const ends = [0, 1, 511, 512, 513, whole.length - 1024, whole.length - 1, whole.length]
      for (let round = 0; round < 200; round++) {
        const start = ends[round] ?? random(whole.length)
        const length = round % 3 === 0 ? whole.length - start : random(whole.length - start + 1)
        const part = yield* bytesOf(yield* open(store, ""), start, length)
        assert.isTrue(part.equals(whole.subarray(start, start + length)), `${start}+${length}`)
      }
    })
  )

  it.effect("has another version once anything in it changed, and breaks off rather than mix", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith(files)
      const store = yield* directoryStore(folder)
      const archive = yield* open(store, "p")
      assert.strictEqual((yield* open(store, "p")).version, archive.version)
      for (const name of ["p/a.txt", "p/grande"]) {
        const before = yield* open(store, "p")
        const bytes = readFileSync(join(folder, name))
        bytes[0] = (bytes[0] ?? 0) ^ 1
        writeFileSync(join(folder, name), bytes)
        const after = yield* open(store, "p")
        assert.strictEqual(after.size, before.size)
        assert.notStrictEqual(after.version, before.version, name)
        assert.instanceOf(yield* Effect.flip(bytesOf(before)), StoreUnavailable, name)
        yield* bytesOf(after)
      }
      writeFileSync(join(folder, "p/sub/novo"), "")
      assert.notStrictEqual((yield* open(store, "p")).version, archive.version)
      assert.instanceOf(yield* Effect.flip(open(store, "p/nada")), FileNotFound)
      assert.instanceOf(yield* Effect.flip(open(store, "fora.txt")), FileNotFound)
    })
  )

  it.effect("has each file once, and ends, whatever links there are", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({
        "p/.dados/x": "x",
        "p/.dados/sub/y": "y",
        "p/a/b": "b",
        "fora/z": "z"
      })
      for (const [name, target] of [
        ["p/volta", "."],
        ["p/a/acima", ".."],
        ["p/conf", ".dados"],
        ["p/outra", ".dados"],
        ["p/.dados/sub/conf", "../../.dados"],
        ["p/vizinha", "../fora"],
        ["p/arquivo", "a/b"]
      ] as const)
        symlinkSync(target, join(folder, name))
      const store = yield* directoryStore(folder)
      const bytes = yield* bytesOf(yield* open(store, "p"))
      const names = execFileSync("tar", ["-tf", "-"], { input: bytes }).toString()
      assert.strictEqual(names, ["p/a/b", "p/arquivo", "p/conf/sub/y", "p/conf/x", ""].join("\n"))
    })
  )

  it.effect(
    "is refused where archives have too many files together, and no longer once one ends",
    () =>
      Effect.gen(function* () {
        const store = yield* directoryStore(yield* folderWith({ a: "", b: "", c: "" }))
        const quota = makeQuota(5)
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* open(store, "", quota)
            assert.instanceOf(
              yield* Effect.flip(Effect.scoped(open(store, "", quota))),
              StoreUnavailable
            )
          })
        )
        yield* open(store, "", quota)
      })
  )

  it.effect("reads ahead for sixteen at a time, and is the same for others", () =>
    Effect.gen(function* () {
      // A number of blocks, so that nothing is padded.
      const size = 390 * 512
      const content = ["a", "b", "c", "d"].map((name) => ({
        name,
        bytes: Buffer.alloc(size, name)
      }))
      const store = yield* directoryStore(
        yield* folderWith(Object.fromEntries(content.map(({ bytes, name }) => [name, bytes])))
      )
      let opened = 0
      const counting: FileStore["Service"] = {
        ...store,
        open: (name) =>
          Effect.suspend(() => {
            opened += 1
            return store.open(name)
          })
      }
      const quota = makeQuota(1000)
      const isAhead = Effect.fnUntraced(function* ({ read, size }: Archive) {
        opened = 0
        // Two files are a chunk.
        yield* Stream.runHead(read(0, size))
        return opened > 2
      })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const archives = yield* Effect.forEach(Array.from({ length: 17 }), () =>
            open(counting, "", quota)
          )
          const [first, last] = [archives[0], archives[16]]
          if (first === undefined || last === undefined) return assert.fail("no archives")
          assert.isTrue(yield* isAhead(first))
          assert.isFalse(yield* isAhead(last))
          const [ahead, alone] = [yield* bytesOf(first), yield* bytesOf(last)]
          assert.isTrue(ahead.equals(alone))
          content.forEach(({ bytes, name }, index) => {
            const at = 512 + index * (512 + size)
            assert.isTrue(ahead.subarray(at, at + size).equals(bytes), name)
          })
        })
      )
      assert.isTrue(yield* isAhead(yield* open(counting, "", quota)))
    })
  )

  it.effect("tells the size of a file beyond 8 GiB, and of an archive beyond it", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "p/z": "depois" })
      const size = 8 * 1024 ** 3 + 5
      const descriptor = openSync(join(folder, "p", "a"), "w")
      writeSync(descriptor, "fim", size - 3)
      truncateSync(join(folder, "p", "a"), size)
      const store = yield* directoryStore(folder)
      const archive = yield* open(store, "p")
      assert.isAbove(archive.size, size)
      const header = yield* bytesOf(archive, 0, 1536)
      assert.include(header.toString(), `19 size=${size}\n`)
      const rest = yield* bytesOf(archive, 1536 + size - 3)
      assert.strictEqual(rest.subarray(0, 3).toString(), "fim")
      mkdirSync(join(folder, "out"))
      execFileSync("tar", ["-xf", "-", "-C", join(folder, "out")], {
        input: rest.subarray(3 + 507)
      })
      assert.strictEqual(readFileSync(join(folder, "out/p/z"), "utf8"), "depois")
    })
  )
})
