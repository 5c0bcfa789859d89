/**
 * A mirror under trial: a folder that changes at random, a server and a client that are killed at random moments, and a
 * connection that is cut. In the end nothing may be left to tell the two folders apart.
 */
import { assert } from "@effect/vitest"
import { Effect, Schedule, Scope } from "effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import * as Proxy from "../fakes/Proxy.ts"
import { temporaryFolder } from "../stores/TemporaryFolder.ts"
import { seeded } from "../values/Seeded.ts"
import { App, type EndedEarly, type Running } from "./App.ts"

/** Names of files and folders that trouble programs which take names for paths, words or lines. */
const odd = [
  "plain.txt",
  "with space",
  "ação",
  "😀",
  "line\nend",
  "-dash",
  'quote"s',
  "100%",
  "a.part",
  "deep",
  "*star*",
  "tab\there"
]

/** Whether a file is at the path, or where a link there leads; a link may lead nowhere, or in circles. */
const isFile = (path: string): boolean => fs.existsSync(path) && fs.statSync(path).isFile()

/** All regular files below a folder, links to files included, by their names; those of the mirror's own folder left out. */
export const filesIn = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith(".app-mirror"))
    .filter((name) => isFile(join(folder, name)))
    .sort()

/** What stands anywhere in a folder, and when it was changed: two that are equal are the same. */
export const snapshot = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const path = join(folder, name)
      const { ctimeMs, ino, mode, mtimeMs, size } = fs.lstatSync(path)
      const content = fs.lstatSync(path).isFile() ? fs.readFileSync(path).toString("latin1") : ""
      return JSON.stringify([name, ino, mode, size, mtimeMs, ctimeMs, content])
    })

/** Changes in a folder, each at random; links are among them only if `makesLinks`. */
const makeChanges = (folder: string, below: (limit: number) => number, makesLinks: boolean) => {
  const pick = <A>(from: ReadonlyArray<A>): A | undefined => from[below(from.length)]
  const newName = (): string => {
    const parts = Array.from({ length: 1 + below(3) }, () => pick(odd) ?? "x")
    return parts.join("/")
  }
  const bytes = (): Buffer => {
    const size = below(6) === 0 ? 200_000 + below(600_000) : below(3000)
    return Buffer.alloc(size, `${below(1_000_000)} `)
  }
  const isFree = (path: string): boolean => {
    try {
      fs.mkdirSync(dirname(path), { recursive: true })
      return fs.lstatSync(path, { throwIfNoEntry: false }) === undefined
    } catch {
      // A file stands where a folder should be.
      return false
    }
  }
  const write = (): void => {
    const path = join(folder, newName())
    if (isFree(path)) fs.writeFileSync(path, bytes())
  }
  const existing = (): string | undefined => {
    const name = pick(filesIn(folder))
    return name === undefined ? undefined : join(folder, name)
  }
  const move = (from: string | undefined): void => {
    const to = join(folder, newName())
    if (from !== undefined && isFree(to) && !to.startsWith(`${from}/`)) fs.renameSync(from, to)
  }
  const changes: ReadonlyArray<() => void> = [
    write,
    write,
    () => {
      const path = existing()
      if (path !== undefined) fs.appendFileSync(path, "more")
    },
    () => {
      const path = existing()
      if (path === undefined) return
      const { atime, mtime, size } = fs.statSync(path)
      fs.writeFileSync(path, Buffer.alloc(size, String(below(10))))
      // Neither size nor time tell that it changed.
      if (below(2) === 0) fs.utimesSync(path, atime, mtime)
    },
    () => {
      const path = existing()
      if (path !== undefined) fs.utimesSync(path, 1, 1_000_000_000 + below(1_000_000))
    },
    () => move(existing()),
    () => {
      const folders = fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
      const [one, other] = [pick(folders), pick(folders)].map((entry) =>
        join(folder, entry?.name ?? "")
      )
      if (one === undefined || other === undefined || one === other || folders.length < 2) return
      fs.renameSync(one, join(folder, "swap"))
      fs.renameSync(other, one)
      fs.renameSync(join(folder, "swap"), other)
    },
    () => {
      const path = existing()
      if (path !== undefined) fs.rmSync(path)
    },
    () => {
      const path = existing()
      const to = join(folder, newName())
      if (path !== undefined && isFree(to)) fs.symlinkSync(path, to)
    }
  ]
  const possible = makesLinks ? changes : changes.slice(0, -1)
  return () => pick(possible)?.()
}

/**
 * Removes what a mirror cannot have: folders with nothing in them, and links that lead nowhere or to a folder, as where
 * one took the place of the file. The server lists each folder once, however many links lead to it.
 */
const tidy = (folder: string): void => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isSymbolicLink() && !isFile(path)) fs.unlinkSync(path)
    if (!entry.isDirectory()) continue
    tidy(path)
    if (fs.readdirSync(path).length === 0) fs.rmdirSync(path)
  }
}

/** When each file was changed, to the millisecond. */
const timesOf = (folder: string): ReadonlyArray<readonly [string, bigint]> =>
  filesIn(folder).map((name) => [
    name,
    fs.statSync(join(folder, name), { bigint: true }).mtimeNs / 1_000_000n
  ])

/** How many times a killed or failed run is followed by another before the two folders must be the same. */
const mostRuns = 4

/** One trial: everything in it follows from the seed, but for how fast this machine is. */
export const trial = (seed: number): Effect.Effect<void, EndedEarly, App | Scope.Scope> =>
  Effect.gen(function* () {
    const app = yield* App
    const below = seeded(seed)
    const outer = yield* temporaryFolder
    const [shared, around] = [join(outer, "shared"), join(outer, "around")]
    const target = join(around, "target")
    fs.mkdirSync(shared)
    fs.mkdirSync(around)
    fs.writeFileSync(join(around, "canary"), "untouched")
    const change = makeChanges(shared, below, true)

    const { address, process } = yield* app.serve(["--dir", shared], { cwd: outer })
    let server: Running = process
    const proxy = yield* Proxy.make(address)
    const restart = Effect.gen(function* () {
      yield* server.kill("SIGKILL")
      yield* server.ended
      const again = ["serve", "--port", String(address.port), "--dir", shared]
      server = yield* app.start(again, { cwd: outer })
      yield* server.says("stderr", /:\d+/)
      // It outlives the run during which it was started.
    }).pipe(Scope.provide(yield* Effect.scope))
    const words = [
      "client",
      "--port",
      String(proxy.address.port),
      "--mirror",
      target,
      "--delete",
      "--max-delete",
      "100%",
      "--timeout",
      "5s"
    ]
    const moment = Effect.suspend(() => Effect.sleep(below(250)))

    /** A run that somebody disturbs; how it ends does not matter. */
    const disturbed = Effect.scoped(
      Effect.gen(function* () {
        const disturbance = below(4)
        if (disturbance === 0) proxy.cut(below(100_000), below(100_000))
        const running = yield* app.start(words, { cwd: around })
        yield* moment
        if (disturbance === 1) yield* running.kill("SIGKILL")
        if (disturbance === 2) yield* restart
        for (let count = below(4); count > 0; count--) change()
        yield* running.ended
      })
    )
    for (let round = 0; round < 3; round++) {
      for (let count = 10 + below(20); count > 0; count--) change()
      yield* disturbed
    }
    tidy(shared)
    let said = ""
    for (let run = 0; run < mostRuns; run++) {
      const { code, stderr } = yield* app.run(words, { cwd: around })
      said += stderr
      if (code === 0) break
    }
    const diff = spawnSync("diff", ["-r", "-x", ".app-mirror", shared, target], {
      encoding: "utf8"
    })
    const context = `seed ${seed}: ${said}`
    assert.strictEqual(diff.stdout + diff.stderr, "", context)
    assert.deepStrictEqual(timesOf(target), timesOf(shared), context)
    assert.deepStrictEqual(fs.readdirSync(around).sort(), ["canary", "target"], context)
    assert.strictEqual(fs.readFileSync(join(around, "canary"), "utf8"), "untouched", context)
    assert.deepStrictEqual(fs.readdirSync(join(target, ".app-mirror")), ["state"], context)
  })

/**
 * How often the two folders are looked at, each tenth of a second, until they must be the same: longer than the 30 seconds
 * after which everything is compared again where a file could not be fetched.
 */
const mostLooks = 450

/**
 * A trial of a mirror that follows: it, the server and its connection are killed at random moments while the folder
 * changes. In the end it has all of it, and what it wrote down is right after one more kill: nothing is left to do.
 */
export const followTrial = (seed: number): Effect.Effect<void, EndedEarly, App | Scope.Scope> =>
  Effect.gen(function* () {
    const app = yield* App
    const below = seeded(seed)
    const outer = yield* temporaryFolder
    const [shared, target] = [join(outer, "shared"), join(outer, "target")]
    fs.mkdirSync(shared)
    // A file that only a link leads to has no event of its own.
    const change = makeChanges(shared, below, false)
    const { address, process } = yield* app.serve(["--dir", shared], { cwd: outer })
    let server: Running = process
    const scope = yield* Effect.scope
    const port = String(address.port)
    const proxy = yield* Proxy.make(address)
    const words = ["--port", String(proxy.address.port), "--mirror", target, "--json", "--delete"]
    const all = ["client", ...words, "--max-delete", "100%"]
    const start = Effect.suspend(() =>
      // Without --every, with which all would be compared again: what the log says has to be enough.
      app.start([...all, "--follow"], { cwd: outer })
    )
    let following = yield* Scope.provide(start, scope)
    const moment = Effect.suspend(() => Effect.sleep(below(250)))
    for (let round = 0; round < 6; round++) {
      const disturbance = below(4)
      if (disturbance === 0) proxy.cut(below(100_000), below(100_000))
      for (let count = 5 + below(10); count > 0; count--) {
        change()
        if (below(4) === 0) yield* moment
      }
      if (disturbance === 1) {
        yield* following.kill("SIGKILL")
        yield* following.ended
        following = yield* Scope.provide(start, scope)
      }
      if (disturbance === 2) {
        yield* server.kill("SIGKILL")
        yield* server.ended
        const again = app.start(["serve", "--port", port, "--dir", shared], { cwd: outer })
        server = yield* Scope.provide(again, scope)
        yield* server.says("stderr", /:\d+/)
      }
    }
    tidy(shared)
    const context = `seed ${seed}`
    const isSame = () =>
      spawnSync("diff", ["-r", "-x", ".app-mirror", shared, target]).status === 0
      && JSON.stringify(timesOf(target).map(String)) === JSON.stringify(timesOf(shared).map(String))
    yield* Effect.suspend(() => (isSame() ? Effect.void : Effect.fail("they differ"))).pipe(
      Effect.retry({ schedule: Schedule.spaced("100 millis"), times: mostLooks }),
      Effect.catch((found) => Effect.sync(() => assert.fail(`${context}: ${found}`)))
    )
    // What changed last may be told later, though nothing of it is seen in the files: another version of the same.
    yield* app.run([...all, "--dry-run"], { cwd: outer }).pipe(
      Effect.filterOrFail(
        ({ code, stdout }) => code === 0 && stdout === "",
        ({ stdout }) => `to be done: ${stdout}`
      ),
      Effect.retry({ schedule: Schedule.spaced("100 millis"), times: mostLooks }),
      Effect.catch((found) => Effect.sync(() => assert.fail(`${context}: ${found}`)))
    )
    yield* following.kill("SIGKILL")
    yield* following.ended
    const again = yield* app.run(all, { cwd: outer })
    assert.deepStrictEqual([again.code, again.stdout], [0, ""], `${context}: ${again.stderr}`)
    assert.deepStrictEqual(fs.readdirSync(join(target, ".app-mirror")), ["state"], context)
  })
