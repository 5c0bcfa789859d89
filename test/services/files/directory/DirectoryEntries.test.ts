/** What a folder of this machine lists: links as they are opened, nothing from outside, and whatever happens meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { FileNotFound, StoreUnavailable } from "../../../../src/domain/Errors.ts"
import { entryKey } from "../../../../src/services/files/FileStore.ts"
import { directoryStore, entriesOf, folderKeysOf, settle } from "../../../support/stores/Stores.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"
import { asNobody } from "../../../support/Unprivileged.ts"
import { fileName } from "../../../support/values/Names.ts"

const keysIn = (store: Parameters<typeof entriesOf>[0], folder: string, after?: string) =>
  Effect.gen(function* () {
    const keys = (yield* entriesOf(store, folder, after)).map(entryKey)
    assert.deepStrictEqual(yield* folderKeysOf(store, folder, after), keys)
    return keys
  })

const descriptors = () => readdirSync("/proc/self/fd").length

/** By how much a count grew at most in a turn of the event loop while `work` ran. */
const mostInATurn = <E>(count: () => number, work: Effect.Effect<unknown, E>) =>
  Effect.suspend(() => {
    let before = 0
    let most = 0
    let isOver = false
    const endTurn = () => {
      most = Math.max(most, count() - before)
      before = count()
      if (!isOver) setImmediate(endTurn)
    }
    setImmediate(endTurn)
    return Effect.map(work, () => {
      isOver = true
      endTurn()
      return most
    })
  })

const inParallel = <E>(times: number, work: Effect.Effect<void, E>) =>
  Effect.all(
    Array.from({ length: times }, () => work),
    { concurrency: "unbounded" }
  )

describe("a folder of this machine", () => {
  it.effect("is looked at once for all who wait for the same, and never before they asked", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ a: "um", b: "", "p/a": "" })
      const store = yield* directoryStore(folder)
      const path = join(folder, "a")
      // From here on the names are those of the index.
      yield* settle
      yield* entriesOf(store, "")
      const ask = (name: string, after?: string) =>
        Effect.forkChild(entriesOf(store, name, after), { startImmediately: true })
      const sizes: Array<number | undefined> = []
      const joined = (fiber: Effect.Success<ReturnType<typeof ask>>) =>
        Effect.map(Fiber.join(fiber), (entries) => {
          const [entry] = entries
          sizes.push(entry?.kind === "file" ? entry.size : undefined)
          return entries
        })
      const first = yield* ask("")
      writeFileSync(path, "dois")
      const [below, behind] = [yield* ask("p"), yield* ask("", "a")]
      const one = yield* ask("")
      const others = yield* Effect.all(Array.from({ length: 16 }, () => ask("")))
      yield* joined(first)
      const [found] = yield* joined(one)
      // Some of the others wait for their turn still, and what was looked at is kept for them alone.
      writeFileSync(path, "quatro")
      const last = yield* ask("")
      for (const other of others) assert.strictEqual((yield* Fiber.join(other))[0], found)
      yield* joined(last)
      assert.deepStrictEqual(sizes, [2, 4, 6])
      assert.deepStrictEqual((yield* Fiber.join(behind)).map(entryKey), ["b", "p/"])
      assert.deepStrictEqual((yield* Fiber.join(below)).map(entryKey), ["p/a"])
    })
  )

  it.effect("lists what links lead to while it is inside, as what that is", () =>
    Effect.gen(function* () {
      const around = yield* folderWith({
        "DB/.dados/x": "x",
        "DB/a/b": "dois",
        "DB/c": "três",
        "fora/segredo": "segredo"
      })
      const folder = join(around, "DB")
      for (const [name, target] of [
        ["arquivo", "a/b"],
        ["pasta", "a"],
        ["oculta", ".dados"],
        ["volta", "."],
        ["fora", "../fora"],
        ["segredo", "../fora/segredo"],
        ["nada", "nenhum"]
      ] as const)
        symlinkSync(target, join(folder, name))
      const store = yield* directoryStore(folder)
      assert.deepStrictEqual(yield* keysIn(store, ""), [
        "a/",
        "arquivo",
        "c",
        "oculta/",
        "pasta/",
        "volta/"
      ])
      assert.deepStrictEqual(yield* keysIn(store, "oculta"), ["oculta/x"])
      assert.deepStrictEqual(yield* keysIn(store, "volta/pasta"), ["volta/pasta/b"])
      for (const name of ["fora", "segredo", "nada"])
        assert.instanceOf(yield* Effect.flip(entriesOf(store, name)), FileNotFound)
      const [, file] = yield* entriesOf(store, "")
      assert.strictEqual(file?.kind === "file" ? file.size : undefined, 4)

      const unfollowed = yield* directoryStore(folder, { links: false })
      assert.deepStrictEqual(yield* keysIn(unfollowed, ""), ["a/", "c"])
      assert.instanceOf(yield* Effect.flip(entriesOf(unfollowed, "pasta")), FileNotFound)

      const all = yield* directoryStore(folder, { hidden: true })
      assert.deepStrictEqual(yield* keysIn(all, ".dados"), [".dados/x"])
    })
  )

  it.effect("lists the folder that was opened, whatever is put in its place meanwhile", () =>
    Effect.gen(function* () {
      const around = yield* folderWith({ "DB/p/a": "um", "DB/p/b": "um", "fora/a": "segredo!" })
      const folder = join(around, "DB")
      const store = yield* directoryStore(folder)
      const entries = yield* Effect.scoped(
        Effect.gen(function* () {
          const opened = yield* store.folder(fileName("p"))
          renameSync(join(folder, "p"), join(folder, "q"))
          symlinkSync("../fora", join(folder, "p"))
          rmSync(join(folder, "q", "b"))
          return yield* Stream.runCollect(opened)
        })
      )
      assert.deepStrictEqual(
        entries.map((entry) => [entry.name, entry.kind === "file" ? entry.size : 0]),
        [["p/a", 2]]
      )
      assert.instanceOf(yield* Effect.flip(entriesOf(store, "p")), FileNotFound)
    })
  )

  it.effect("is not to be had where it may not be read or the shared folder is gone", () =>
    Effect.gen(function* () {
      const around = yield* folderWith({ "DB/p/a": "um", "fora/a": "" })
      const folder = join(around, "DB")
      const store = yield* directoryStore(folder)
      chmodSync(around, 0o755)
      chmodSync(join(folder, "p"), 0)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* asNobody
          assert.instanceOf(yield* Effect.flip(entriesOf(store, "p")), StoreUnavailable)
        })
      )
      renameSync(folder, `${folder}-2`)
      symlinkSync("fora", folder)
      for (const name of ["", "p"])
        assert.instanceOf(yield* Effect.flip(entriesOf(store, name)), StoreUnavailable)
    })
  )

  it.effect("leaves out what no name is given to, and lets go of all it opened", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "a b": "" })
      writeFileSync(Buffer.from(`${folder}/\xff`, "latin1"), "")
      writeFileSync(join(folder, "c\\d"), "")
      mkdirSync(join(folder, "vazia"))
      const store = yield* directoryStore(folder)
      const before = descriptors()
      assert.deepStrictEqual(yield* keysIn(store, ""), ["a b", "vazia/"])
      assert.deepStrictEqual(yield* keysIn(store, "vazia"), [])
      yield* Effect.flip(entriesOf(store, "a b"))
      assert.strictEqual(descriptors(), before)
    })
  )

  it.effect("is read by one listing in a turn of the event loop, however many there are", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 600 }, (_, index) => [`f${index}`, ""] as const)
      const store = yield* directoryStore(yield* folderWith(Object.fromEntries(names)))
      yield* settle
      yield* entriesOf(store, "")
      let read = 0
      const listing = Effect.scoped(
        Effect.flatMap(store.folder(""), (entries) =>
          Stream.runForEachArray(entries, () => Effect.sync(() => void (read += 1)))
        )
      )
      const most = yield* mostInATurn(() => read, inParallel(40, listing))
      assert.isAtLeast(read, 40)
      // One that went on in the same turn as its reading, and one that did in the next.
      assert.isAtMost(most, 2)
    })
  )

  it.effect("is described by one listing in a turn of the event loop, however many there are", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 60 }, (_, index) => [`f${index}`, ""] as const)
      const store = yield* directoryStore(yield* folderWith(Object.fromEntries(names)))
      yield* settle
      yield* entriesOf(store, "")
      let read = 0
      const selection = { pattern: undefined, after: undefined, limit: 60 }
      const listing = Effect.map(store.listFiles(selection), ({ length }) => {
        assert.strictEqual(length, 60)
        read += 1
      })
      assert.isAtMost(yield* mostInATurn(() => read, inParallel(40, listing)), 2)
      assert.strictEqual(read, 40)
    })
  )
})
