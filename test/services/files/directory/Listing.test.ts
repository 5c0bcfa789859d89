/** What a listing names: each file once, nothing from outside, and the same each time, whatever links there are. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { StoreUnavailable } from "../../../../src/domain/Errors.ts"
import { App, start } from "../../../support/programs/App.ts"
import { contentOf, directoryStore, entriesOf, namesOf } from "../../../support/stores/Stores.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../../support/values/Names.ts"

const isLinux = process.platform === "linux"

/** What every listing promises, from names that are held in memory and without. */
const ways = [
  ["a listing", {}],
  ["a listing without an index", { index: 0 }]
] as const

describe.each(ways)("%s", (_, options) => {
  it.effect("ends where eight folders each have links to the other seven", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const folders = Array.from({ length: 8 }, (_, index) => `p${index}`)
      for (const name of folders) {
        mkdirSync(join(folder, name))
        writeFileSync(join(folder, name, "f"), "")
        for (const other of folders)
          if (other !== name) symlinkSync(`../${other}`, join(folder, name, other))
      }
      const store = yield* directoryStore(folder, options)
      assert.deepStrictEqual(
        yield* namesOf(store),
        folders.map((name) => `${name}/f`)
      )
    })
  )

  it.effect("ends where eight folders that only links lead to have links to one another", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const folders = Array.from({ length: 8 }, (_, index) => `p${index}`)
      for (const name of folders) {
        mkdirSync(join(folder, ".dados", name), { recursive: true })
        writeFileSync(join(folder, ".dados", name, "f"), "")
        for (const other of folders) symlinkSync(`../${other}`, join(folder, ".dados", name, other))
      }
      symlinkSync(".dados/p3", join(folder, "z"))
      symlinkSync(".dados/p3", join(folder, "y"))
      const store = yield* directoryStore(folder, options)
      const others = folders.filter((name) => name !== "p3").map((name) => `y/${name}/f`)
      assert.deepStrictEqual(yield* namesOf(store), ["y/f", ...others])
      assert.strictEqual((yield* contentOf(store, "z/p1/p2/p1/f")).toString(), "")
    })
  )

  it.effect("shows a Kubernetes volume: links by way of folders whose names begin with dots", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({
        "..2026_11_25/app.conf": "um",
        "..2026_11_25/conf.d/a.conf": "dois"
      })
      symlinkSync("..2026_11_25", join(folder, "..data"))
      symlinkSync("..data/app.conf", join(folder, "app.conf"))
      symlinkSync("..data/conf.d", join(folder, "conf.d"))
      const store = yield* directoryStore(folder, options)
      assert.deepStrictEqual(yield* namesOf(store), ["app.conf", "conf.d/a.conf"])
      assert.strictEqual((yield* contentOf(store, "app.conf")).toString(), "um")
      // As the kubelet does it: the new version beside the old, then the link in one step.
      mkdirSync(join(folder, "..2026_11_26"))
      writeFileSync(join(folder, "..2026_11_26", "app.conf"), "três")
      symlinkSync("..2026_11_26", join(folder, "..novo"))
      renameSync(join(folder, "..novo"), join(folder, "..data"))
      assert.deepStrictEqual(yield* namesOf(store), ["app.conf"])
      assert.strictEqual((yield* contentOf(store, "app.conf")).toString(), "três")
    })
  )

  it.effect("fails where the shared folder has become a link, and names nothing behind it", () =>
    Effect.gen(function* () {
      const outside = yield* folderWith({ "DB/a.txt": "um", "fora/segredo.txt": "segredo" })
      const folder = join(outside, "DB")
      const store = yield* directoryStore(folder, options)
      renameSync(folder, `${folder}-2`)
      symlinkSync("fora", folder)
      assert.instanceOf(yield* Effect.flip(namesOf(store)), StoreUnavailable)
      for (const name of ["segredo.txt", "a.txt"])
        assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), StoreUnavailable)
      assert.isUndefined(store.getIfPresent(fileName("segredo.txt")))
    })
  )
})

describe("a shared folder that is a link", () => {
  it.effect("is followed as it is switched from release to release, and files with it", () =>
    Effect.gen(function* () {
      const releases = yield* folderWith({ "1/a.txt": "um", "2/a.txt": "dois", "2/b.txt": "b" })
      const current = join(releases, "atual")
      const switchTo = (release: string) => {
        symlinkSync(release, join(releases, "novo"))
        renameSync(join(releases, "novo"), current)
      }
      switchTo("1")
      symlinkSync("../2/b.txt", join(releases, "1", "fora.txt"))
      const store = yield* directoryStore(current)
      const ask = Effect.all([
        namesOf(store),
        Effect.map(contentOf(store, "a.txt"), String),
        Effect.sync(() => String(store.getIfPresent(fileName("a.txt"))?.content))
      ])
      assert.deepStrictEqual(yield* ask, [["a.txt"], "um", "um"])
      switchTo("2")
      assert.deepStrictEqual(yield* ask, [["a.txt", "b.txt"], "dois", "dois"])
      rmSync(join(releases, "1"), { recursive: true })
      assert.deepStrictEqual(yield* ask, [["a.txt", "b.txt"], "dois", "dois"])
      rmSync(current)
      assert.instanceOf(yield* Effect.flip(namesOf(store)), StoreUnavailable)
      assert.instanceOf(yield* Effect.flip(contentOf(store, "a.txt")), StoreUnavailable)
      switchTo("2")
      assert.deepStrictEqual(yield* ask, [["a.txt", "b.txt"], "dois", "dois"])
    })
  )
})

describe("what cannot be shared", () => {
  /** The annotations of every line that is logged. */
  const logged = Effect.sync(() => {
    const lines: Array<unknown> = []
    const log = Logger.layer([
      Logger.map(Logger.formatStructured, ({ annotations, message }) => {
        lines.push({ event: message, ...annotations })
      })
    ])
    return { lines, log }
  })

  it.effect.skipIf(!isLinux)("is told to the log once, by a name that can be read", () =>
    Effect.gen(function* () {
      const { lines, log } = yield* logged
      const folder = yield* folderWith({ "a.txt": "um", "pasta/b.txt": "dois" })
      for (const name of ["\xff.txt", "pasta/a\\b", "pasta/\xe9\x1b"])
        writeFileSync(Buffer.from(`${folder}/${name}`, "latin1"), "")
      yield* Effect.gen(function* () {
        const store = yield* directoryStore(folder)
        assert.deepStrictEqual(yield* namesOf(store), ["a.txt", "pasta/b.txt"])
        yield* namesOf(store)
      }).pipe(Effect.provide(log))
      assert.sameDeepMembers(lines, [
        { event: "name.unshareable", name: "\\xff.txt" },
        { event: "name.unshareable", name: "pasta/a\\x5cb" },
        { event: "name.unshareable", name: "pasta/\\xe9\x1b" }
      ])
    })
  )

  it.effect.skipIf(!isLinux)("is told by the name of the folder that could not be read", () =>
    Effect.gen(function* () {
      const { lines, log } = yield* logged
      const folder = yield* temporaryFolder
      // A path longer than the system takes (PATH_MAX), which only a move makes.
      const half = Array.from({ length: 10 }, () => "p".repeat(255)).join("/")
      for (const top of ["p", "q"]) mkdirSync(join(folder, top, half), { recursive: true })
      yield* Effect.acquireRelease(
        Effect.sync(() => renameSync(join(folder, "q"), join(folder, "p", half, "q"))),
        () => Effect.sync(() => renameSync(join(folder, "p", half, "q"), join(folder, "q")))
      )
      writeFileSync(join(folder, "a.txt"), "")
      yield* Effect.gen(function* () {
        const store = yield* directoryStore(folder)
        assert.deepStrictEqual(yield* namesOf(store), ["a.txt"])
        yield* namesOf(store)
      }).pipe(Effect.provide(log))
      const [line, ...others] = lines.map((line) => JSON.stringify(line))
      assert.deepStrictEqual(others, [])
      assert.match(
        line ?? "",
        /^\{"event":"folder\.unreadable","name":"p(?:\/p{255}){10}\/q(?:\/p{255})+","error":"ENAMETOOLONG: /
      )
    })
  )

  it.effect.skipIf(!isLinux)("is told of a thousand names at most, and that there are more", () =>
    Effect.gen(function* () {
      const { lines, log } = yield* logged
      const folder = yield* temporaryFolder
      for (let index = 0; index < 1100; index++) writeFileSync(join(folder, `${index}\\`), "")
      yield* Effect.provide(Effect.flatMap(directoryStore(folder), namesOf), log)
      assert.strictEqual(lines.length, 1001)
      assert.deepStrictEqual(lines.at(-1), { event: "names.suppressed" })
    })
  )
})

const swapper = fileURLToPath(new URL("../../../support/programs/swapper.ts", import.meta.url))

layer(App.layer, { excludeTestServices: true })("a listing", (it) => {
  it.effect("names nothing from outside while a folder is exchanged for a link and back", () =>
    Effect.gen(function* () {
      const outside = yield* folderWith({
        "segredo.txt": "",
        "fora/segredo.txt": "",
        "DB/a.txt": "",
        "DB/pasta/b.txt": ""
      })
      const store = yield* directoryStore(join(outside, "DB"))
      const swapping = yield* start(process.execPath, [swapper, outside, "200"], { cwd: outside })
      yield* swapping.says("stdout", /^enough\n/m)
      const seen = new Set<string>()
      for (let listings = 0; listings < 300; listings++) {
        for (const name of yield* namesOf(store)) seen.add(name)
        const entries = yield* Effect.orElseSucceed(entriesOf(store, "pasta"), () => [])
        for (const { name } of entries) seen.add(name)
      }
      yield* swapping.end
      yield* swapping.says("stdout", /^swapped (\d+)\n/m)
      assert.sameMembers([...seen], ["a.txt", "pasta/b.txt"])
    })
  )
})
