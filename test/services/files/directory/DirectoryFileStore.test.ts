/** What a folder of a real machine can do to a store: links, pipes, files that change while they are read. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { FileNotFound, StoreUnavailable } from "../../../../src/domain/Errors.ts"
import type { FileDetails } from "../../../../src/services/files/FileStore.ts"
import { FolderUnusable } from "../../../../src/services/files/directory/SharedFolder.ts"
import { contentOf, directoryStore, namesOf, readAll } from "../../../support/stores/Stores.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import { asNobody, asOwner } from "../../../support/Unprivileged.ts"
import { fileName } from "../../../support/values/Names.ts"

const isLinux = process.platform === "linux"

/** A folder to share and one beside it; links are made as `name -> target`. */
const sharing = (
  files: Readonly<Record<string, string | Uint8Array>>,
  links: Readonly<Record<string, string>> = {}
) =>
  Effect.gen(function* () {
    const outside = yield* folderWith({ "segredo.txt": "segredo", "pasta/segredo.txt": "segredo" })
    const folder = join(outside, "DB")
    mkdirSync(folder)
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    for (const [name, target] of Object.entries(links))
      symlinkSync(target.replace("OUTSIDE", outside), join(folder, name))
    return { folder, outside, store: yield* directoryStore(folder) }
  })

describe("a link", () => {
  it.effect("to a file inside is that file under another name", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing(
        { "a.txt": "um", "pasta/b.txt": "dois" },
        {
          "link.txt": "a.txt",
          "pasta/acima.txt": "../a.txt",
          "longe.txt": "./pasta/../pasta/b.txt"
        }
      )
      assert.deepStrictEqual(yield* namesOf(store), [
        "a.txt",
        "link.txt",
        "longe.txt",
        "pasta/acima.txt",
        "pasta/b.txt"
      ])
      assert.strictEqual((yield* contentOf(store, "link.txt")).toString(), "um")
      assert.strictEqual((yield* contentOf(store, "pasta/acima.txt")).toString(), "um")
      assert.strictEqual((yield* contentOf(store, "longe.txt")).toString(), "dois")
    })
  )

  it.effect("to a folder inside leads to its files, which are listed once", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing({ "pasta/sub/b.txt": "dois" }, { atalho: "pasta" })
      assert.deepStrictEqual(yield* namesOf(store), ["pasta/sub/b.txt"])
      assert.strictEqual((yield* contentOf(store, "atalho/sub/b.txt")).toString(), "dois")
    })
  )

  it.effect("by an absolute path is followed while it stays inside", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing({ "a.txt": "um" }, { "link.txt": "OUTSIDE/DB/a.txt" })
      assert.deepStrictEqual(yield* namesOf(store), ["a.txt", "link.txt"])
      assert.strictEqual((yield* contentOf(store, "link.txt")).toString(), "um")
    })
  )

  const outward = {
    "arquivo.txt": "../segredo.txt",
    "absoluto.txt": "OUTSIDE/segredo.txt",
    pasta: "../pasta",
    raiz: "/",
    acima: "..",
    "quebrado.txt": "nada",
    "cadeia.txt": "elo.txt",
    "elo.txt": "../segredo.txt"
  }
  const throughThem = [
    ...Object.keys(outward),
    "pasta/segredo.txt",
    "raiz/etc/hostname",
    "acima/segredo.txt",
    "acima/DB/../segredo.txt".replace("DB/../", "")
  ]
  it.effect(
    "that leads outside leads nowhere: nothing behind it is listed, described or opened",
    () =>
      Effect.gen(function* () {
        const { store } = yield* sharing({ "a.txt": "um" }, outward)
        assert.deepStrictEqual(yield* namesOf(store), ["a.txt"])
        for (const name of throughThem) {
          assert.instanceOf(yield* Effect.flip(store.describe(fileName(name))), FileNotFound, name)
          assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), FileNotFound, name)
        }
      })
  )

  it.effect("that goes out and comes back in is followed to where it ends", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing({ "a.txt": "um" }, { "volta.txt": "../DB/a.txt" })
      assert.strictEqual((yield* contentOf(store, "volta.txt")).toString(), "um")
    })
  )

  it.effect("to a folder whose name only begins like the shared one's leads nowhere", () =>
    Effect.gen(function* () {
      const { folder, outside, store } = yield* sharing(
        { "a.txt": "um" },
        { "x.txt": "../DBs/segredo.txt" }
      )
      mkdirSync(join(outside, "DBs"))
      writeFileSync(join(outside, "DBs/segredo.txt"), "segredo")
      assert.isTrue(folder.endsWith("/DB"))
      assert.deepStrictEqual(yield* namesOf(store), ["a.txt"])
      assert.instanceOf(yield* Effect.flip(store.open(fileName("x.txt"))), FileNotFound)
    })
  )

  it.effect("to what is hidden is followed, and one whose own name is hidden is not", () =>
    Effect.gen(function* () {
      const links = { "visivel.txt": ".oculto", ".link": "a.txt", git: ".git" }
      const { folder, store } = yield* sharing(
        { "a.txt": "um", ".oculto": "x", ".git/config": "x" },
        links
      )
      assert.deepStrictEqual(yield* namesOf(store), ["a.txt", "git/config", "visivel.txt"])
      for (const name of [".link", ".oculto", ".git/config"]) {
        assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), FileNotFound, name)
      }
      for (const name of ["git/config", "visivel.txt"]) {
        assert.strictEqual((yield* contentOf(store, name)).toString(), "x", name)
      }
      const all = yield* directoryStore(folder, { hidden: true })
      assert.deepStrictEqual(yield* namesOf(all), [
        ".git/config",
        ".link",
        ".oculto",
        "a.txt",
        "visivel.txt"
      ])
      assert.strictEqual((yield* contentOf(all, "git/config")).toString(), "x")
    })
  )

  it.effect("leads nowhere where links are not followed, whatever it leads to", () =>
    Effect.gen(function* () {
      const { folder } = yield* sharing(
        { "a.txt": "um", "pasta/b.txt": "dois" },
        { "link.txt": "a.txt", atalho: "pasta", "pasta/c.txt": "b.txt" }
      )
      const store = yield* directoryStore(folder, { links: false })
      assert.deepStrictEqual(yield* namesOf(store), ["a.txt", "pasta/b.txt"])
      for (const name of ["link.txt", "atalho/b.txt", "pasta/c.txt"]) {
        assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), FileNotFound, name)
        assert.isUndefined(store.getIfPresent(fileName(name)), name)
      }
      assert.strictEqual((yield* contentOf(store, "pasta/b.txt")).toString(), "dois")
    })
  )

  it.effect("in a circle ends somewhere", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing(
        { "a/f": "1", "b/f": "2" },
        {
          eu: "eu",
          um: "dois",
          dois: "um",
          "a/aqui": ".",
          "a/raiz": "..",
          "a/b": "../b",
          "b/a": "../a"
        }
      )
      assert.deepStrictEqual(yield* namesOf(store), ["a/f", "b/f"])
      for (const name of ["eu", "um", "dois", "a/aqui"]) {
        assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), FileNotFound, name)
      }
      assert.strictEqual((yield* contentOf(store, "a/aqui/f")).toString(), "1")
    })
  )
})

/** Of Linux: a file system whose sizes and times have 64 bits. */
const memory = "/dev/shm"

describe("a file beyond what numbers and dates can tell", () => {
  /** A file there, and the store of its folder. */
  const extreme = Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(memory, "sockets-test-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
    const path = join(folder, "a.txt")
    writeFileSync(path, "um")
    return { path, store: yield* directoryStore(folder, { cache: 0 }) }
  })

  it.effect.skipIf(!existsSync(memory))("is unavailable where its size is not exact", () =>
    Effect.gen(function* () {
      const { path, store } = yield* extreme
      truncateSync(path, Number.MAX_SAFE_INTEGER)
      assert.strictEqual((yield* store.describe(fileName("a.txt"))).size, 2 ** 53 - 1)
      execFileSync("truncate", ["--size", String(2 ** 53), path])
      for (const ask of [store.describe, store.open]) {
        assert.instanceOf(yield* Effect.flip(ask(fileName("a.txt"))), StoreUnavailable)
      }
      const listed = Effect.map(
        store.listFiles({ pattern: undefined, after: undefined, limit: undefined }),
        (files) => files.map(({ name }) => name)
      )
      assert.deepStrictEqual(yield* listed, [])
      // So many are looked at by way of their folder.
      const others = ["b", "c", "d"].map(fileName)
      for (const name of others) writeFileSync(join(dirname(path), name), "")
      assert.deepStrictEqual(yield* listed, others)
    })
  )

  it.effect.skipIf(!existsSync(memory))("has a version of its own for each time", () =>
    Effect.gen(function* () {
      const { path, store } = yield* extreme
      const described: Array<FileDetails> = []
      for (const seconds of [8_640_000_000_001, 8_640_000_000_002]) {
        utimesSync(path, seconds, seconds)
        described.push(yield* store.describe(fileName("a.txt")))
      }
      const [first, second] = described
      assert.strictEqual(first?.modified, 8_640_000_000_001_000)
      assert.notStrictEqual(first?.version, second?.version)
    })
  )
})

describe("what is no regular file", () => {
  it.effect("is never listed nor opened, not even a pipe, which would wait for its writer", () =>
    Effect.gen(function* () {
      const { folder, store } = yield* sharing(
        { "a.txt": "um" },
        { link: "pipe", nulo: "/dev/null" }
      )
      execFileSync("mkfifo", [join(folder, "pipe")])
      yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer().listen(join(folder, "socket"), () =>
            resume(Effect.succeed(server))
          )
        }),
        (server) => Effect.sync(() => server.close())
      )
      assert.deepStrictEqual(yield* namesOf(store), ["a.txt"])
      for (const name of ["pipe", "link", "socket", "nulo"]) {
        assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), FileNotFound, name)
        assert.instanceOf(yield* Effect.flip(store.describe(fileName(name))), FileNotFound, name)
      }
    })
  )

  it.effect.skipIf(!isLinux)(
    "is a name that is not UTF-8, and the files below it (Linux alone has such names)",
    () =>
      Effect.gen(function* () {
        const { folder, store } = yield* sharing({ "a.txt": "um" })
        const raw = (name: string) =>
          Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")])
        writeFileSync(raw("\xff.txt"), "x")
        writeFileSync(raw("a\\b"), "x")
        mkdirSync(raw("\xe9"))
        writeFileSync(raw("\xe9/x"), "x")
        assert.deepStrictEqual(yield* namesOf(store), ["a.txt"])
      })
  )
})

describe("a file that changes while it is read", () => {
  const size = 3 * 1024 * 1024
  const before = Buffer.alloc(size, "abcdefg")

  /** Reads a file of which something happens to the path once the first chunk has come. */
  const readWhile = (change: (path: string) => void) =>
    Effect.gen(function* () {
      const { folder, store } = yield* sharing({ grande: before })
      const path = join(folder, "grande")
      // Not written just now, so that the coarsest clock of a file system sees a change.
      utimesSync(path, new Date(0), new Date(0))
      const file = yield* store.open(fileName("grande"))
      return yield* readAll(file, { onFirst: () => change(path) })
    })

  it.effect("by growing is read to the size it had", () =>
    Effect.gen(function* () {
      const read = yield* readWhile((path) => appendFileSync(path, "more"))
      assert.isTrue(read.equals(before))
    })
  )

  it.effect("by shrinking fails, and never ends short", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readWhile((path) => truncateSync(path, size - 1)))
      assert.instanceOf(error, StoreUnavailable)
    })
  )

  it.effect("by shrinking to nothing fails", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readWhile((path) => truncateSync(path, 0)))
      assert.instanceOf(error, StoreUnavailable)
    })
  )

  it.effect("by being overwritten in place fails, its size being the same", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        readWhile((path) => writeFileSync(path, Buffer.alloc(size, "z"), { flag: "r+" }))
      )
      assert.instanceOf(error, StoreUnavailable)
    })
  )

  it.effect("by being deleted is read to its end", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* readWhile(unlinkSync)).equals(before))
    })
  )

  it.effect("by being renamed is read to its end", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* readWhile((path) => renameSync(path, `${path}-2`))).equals(before))
    })
  )

  it.effect("by another taking its place is read as it was", () =>
    Effect.gen(function* () {
      const replace = (path: string) => {
        writeFileSync(`${path}-novo`, "other")
        renameSync(`${path}-novo`, path)
      }
      assert.isTrue((yield* readWhile(replace)).equals(before))
    })
  )
})

describe("a store of a folder", () => {
  it.effect(
    "tells versions apart where times are beyond a date's, and sizes as large as a number's",
    () =>
      Effect.gen(function* () {
        // The file system of a folder on a disk keeps no times that far away, and no files that large.
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() =>
            mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "sockets-"))
          ),
          (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
        )
        const store = yield* directoryStore(folder)
        const path = join(folder, "a")
        writeFileSync(path, "")
        const versions: Array<string> = []
        const look = Effect.map(store.describe(fileName("a")), ({ version }) => {
          versions.push(version)
        })
        for (const seconds of ["8640000000001", "8640000000002"]) {
          execFileSync("touch", ["-d", `@${seconds}`, path])
          yield* look
        }
        if (isLinux) {
          for (const size of ["9007199254740990", "9007199254740991"]) {
            spawnSync("truncate", ["-s", size, path])
            yield* look
            const told = statSync(path, { bigint: true }).size.toString(36)
            assert.strictEqual(versions.at(-1)?.split("-")[2], told)
          }
        }
        assert.strictEqual(new Set(versions).size, versions.length)
      })
  )

  it.effect.skipIf(!isLinux)(
    "holds a file open until the scope closes, and not after (as /proc tells)",
    () =>
      Effect.gen(function* () {
        const { folder, store } = yield* sharing({ "a.txt": "um" })
        const held = () =>
          readdirSync("/proc/self/fd").filter((descriptor) => {
            try {
              return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder)
            } catch {
              return false
            }
          }).length
        const scope = yield* Scope.make()
        yield* store.open(fileName("a.txt")).pipe(Scope.provide(scope))
        assert.strictEqual(held(), 1)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(held(), 0)
        yield* store.describe(fileName("a.txt"))
        yield* Effect.flip(store.describe(fileName("nada")))
        assert.strictEqual(held(), 0)
      })
  )

  it.effect("may be given through a link and shares what the link leads to", () =>
    Effect.gen(function* () {
      const { folder, outside } = yield* sharing({ "a.txt": "um" })
      symlinkSync(folder, join(outside, "atalho"))
      const store = yield* directoryStore(join(outside, "atalho"))
      assert.strictEqual((yield* contentOf(store, "a.txt")).toString(), "um")
    })
  )

  it.effect("is not made where there is no folder, or a file in its place", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "a.txt": "um" })
      for (const name of ["nada", "a.txt"]) {
        const error = yield* Effect.flip(directoryStore(join(folder, name)))
        assert.instanceOf(error, FolderUnusable)
        assert.strictEqual(error.folder, join(folder, name))
      }
    })
  )

  it.effect("that is gone is not an empty one", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = yield* directoryStore(folder)
      rmSync(folder, { recursive: true })
      assert.instanceOf(yield* Effect.flip(namesOf(store)), StoreUnavailable)
    })
  )

  it.effect(
    "is unavailable while the process has no descriptors left, and is back when it has",
    () =>
      Effect.gen(function* () {
        // Large enough to be hashed by a thread, which needs descriptors to begin.
        const folder = yield* folderWith({ "a.txt": Buffer.alloc(1024 * 1024) })
        const program = fileURLToPath(
          new URL("../../../support/programs/exhausted.ts", import.meta.url)
        )
        const { stderr, stdout } = spawnSync(
          "sh",
          ["-c", 'ulimit -n 64 && exec "$@"', "sh", process.execPath, program, folder, "a.txt"],
          { encoding: "utf8" }
        )
        assert.deepStrictEqual(
          [stdout, stderr],
          ["StoreUnavailable StoreUnavailable StoreUnavailable ok ok ok", ""]
        )
      })
  )

  it.effect("is unavailable for a file that may not be read", () =>
    Effect.gen(function* () {
      const { folder, outside, store } = yield* sharing({ "a.txt": "um" })
      chmodSync(outside, 0o755)
      chmodSync(join(folder, "a.txt"), 0)
      yield* asNobody
      assert.instanceOf(yield* Effect.flip(store.open(fileName("a.txt"))), StoreUnavailable)
    })
  )

  it.effect("leaves out of its list a folder that may not be read", () =>
    Effect.gen(function* () {
      const { folder, outside, store } = yield* sharing({ "a.txt": "um", "pasta/b.txt": "dois" })
      chmodSync(outside, 0o755)
      chmodSync(join(folder, "pasta"), 0)
      yield* asNobody
      const names = yield* Effect.ensuring(
        namesOf(store),
        Effect.sync(() => asOwner(() => chmodSync(join(folder, "pasta"), 0o755)))
      )
      assert.deepStrictEqual(names, ["a.txt"])
    })
  )
})
