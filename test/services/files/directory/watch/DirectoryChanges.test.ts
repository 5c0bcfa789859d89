import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import type { Worker } from "node:worker_threads"
import {
  type ChangeId,
  FileChange,
  type LoggedChange
} from "../../../../../src/domain/FileChange.ts"
import type { Changes } from "../../../../../src/services/files/FileChanges.ts"
import { make } from "../../../../../src/services/files/directory/watch/DirectoryChanges.ts"
import { detailsOf } from "../../../../../src/services/files/directory/DirectoryDetails.ts"
import { turn } from "../../../../support/EventLoop.ts"
import { makeChurn } from "../../../../support/stores/Churn.ts"
import { changesOf } from "../../../../support/stores/FolderChanges.ts"
import { makeReplica } from "../../../../support/stores/Replica.ts"
import {
  folderWith,
  foldersIn,
  temporaryFolder
} from "../../../../support/stores/TemporaryFolder.ts"

/** What a change says, without what differs from run to run. */
const told = ({ change }: LoggedChange): string =>
  FileChange.$match(change, {
    Created: ({ name, size }) => `created ${name} ${size}`,
    Changed: ({ name, size }) => `changed ${name} ${size}`,
    Deleted: ({ name }) => `deleted ${name}`,
    Rescan: () => "rescan"
  })

/** Follows the changes of a folder: each call returns the next ones, as many as are asked for. */
const follow = (changes: Changes) => {
  let id: ChangeId = changes.last()
  return (count: number): Effect.Effect<ReadonlyArray<string>> =>
    Effect.gen(function* () {
      const found: Array<LoggedChange> = []
      while (found.length < count) {
        yield* changes.awaitAfter(id)
        for (const change of changes.after(id, count - found.length)) {
          found.push(change)
          id = change.id
        }
      }
      return found.map(told)
    })
}

const versionAt = (path: string): string => detailsOf(statSync(path, { bigint: true })).version

/** Makes a file of one piece. */
const place = (path: string, content: string): void => {
  const beside = join(dirname(path), ".beside")
  writeFileSync(beside, content)
  renameSync(beside, path)
}

const ways = [
  ["watched", true],
  ["polled", false]
] as const

for (const [way, isWatchable] of ways) {
  describe(`a folder that is ${way}`, () => {
    it.live("tells of what is created, changed and deleted", () =>
      Effect.gen(function* () {
        const path = yield* folderWith({ old: "1" })
        const changes = yield* changesOf(path, { watch: { isWatchable, pollEvery: 20 } })
        assert.strictEqual(changes.source(), isWatchable ? "watch" : "poll")
        assert.strictEqual(changes.watches(), isWatchable ? 1 : 0)
        const next = follow(changes)
        place(`${path}/new`, "12")
        assert.deepStrictEqual(yield* next(1), ["created new 2"])
        place(`${path}/old`, "123")
        assert.deepStrictEqual(yield* next(1), ["changed old 3"])
        rmSync(`${path}/old`)
        mkdirSync(`${path}/a/b`, { recursive: true })
        place(`${path}/a/b/c`, "")
        assert.sameMembers([...(yield* next(2))], ["deleted old", "created a/b/c 0"])
        renameSync(`${path}/a`, `${path}/é`)
        assert.sameMembers([...(yield* next(2))], ["deleted a/b/c", "created é/b/c 0"])
      })
    )

    it.live("leads a replica to what is there, whatever happened", () =>
      Effect.gen(function* () {
        const path = yield* temporaryFolder
        const churn = makeChurn(path, 1)
        const changes = yield* changesOf(path, { watch: { isWatchable, pollEvery: 20 } })
        const list = () =>
          churn.names().map((name) => [name, versionAt(`${path}/${name}`)] as const)
        const { until, versions } = makeReplica(changes, list)
        for (let step = 0; step < 300; step++) {
          churn.change()
          if (step % 50 === 0) yield* Effect.sleep("10 millis")
        }
        const wanted = new Map(list())
        yield* until(() => isDeepStrictEqual(versions, wanted))
        const folders = isWatchable ? foldersIn(path) : 0
        while (changes.watches() !== folders) yield* turn
      })
    )
  })
}

describe("what is told of", () => {
  it.live("is what is shared", () =>
    Effect.gen(function* () {
      const path = yield* folderWith({ "b/file": "" })
      const next = follow(yield* changesOf(path, { links: false }))
      place(`${path}/.hidden`, "")
      place(`${path}/back\\slash`, "")
      writeFileSync(Buffer.from(`${path}/\xff`, "latin1"), "")
      mkdirSync(`${path}/.git`)
      place(`${path}/.git/a`, "")
      symlinkSync("b/file", `${path}/link`)
      place(`${path}/last`, "")
      assert.deepStrictEqual(yield* next(1), ["created last 0"])
    })
  )

  it.live("is a link to a file inside, and what it leads to", () =>
    Effect.gen(function* () {
      const path = yield* folderWith({ ".data/v1": "1", ".data/v2": "12" })
      const next = follow(yield* changesOf(path))
      symlinkSync("/etc/hostname", `${path}/outside`)
      symlinkSync(".data/v1", `${path}/link`)
      assert.deepStrictEqual(yield* next(1), ["created link 1"])
      place(`${path}/.data/v1`, "123")
      assert.deepStrictEqual(yield* next(1), ["changed link 3"])
      symlinkSync(".data/v2", `${path}/.next`)
      renameSync(`${path}/.next`, `${path}/link`)
      assert.deepStrictEqual(yield* next(1), ["changed link 2"])
      rmSync(`${path}/.data/v2`)
      assert.deepStrictEqual(yield* next(1), ["deleted link"])
    })
  )
})

/** The next thread that this process starts. */
const nextThread = Effect.callback<Worker>((resume) => {
  const listen = (thread: Worker): void => resume(Effect.succeed(thread))
  process.once("worker", listen)
  return Effect.sync(() => void process.off("worker", listen))
})

describe("a thread that watches", () => {
  it.effect("is started once others had their head start, and who follows waits for it", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ a: "" })
      const started = yield* Effect.forkChild(nextThread, { startImmediately: true })
      const headStart = "20 millis"
      const changes = yield* make({ folder, hidden: false, capacity: 10_000, headStart })
      yield* TestClock.adjust("19 millis")
      yield* turn
      assert.isUndefined(started.pollUnsafe())
      assert.isTrue(changes.isStarting())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(started)
      yield* changes.started
      place(`${folder}/b`, "")
      assert.deepStrictEqual(yield* follow(changes)(1), ["created b 0"])
    })
  )
})

describe("a thread that watches and has ended", () => {
  it.effect("is followed by another, and all of the folder is to be looked at anew", () =>
    Effect.gen(function* () {
      const path = yield* folderWith({ a: "" })
      const started = yield* Effect.forkChild(nextThread, { startImmediately: true })
      const changes = yield* changesOf(path)
      const next = follow(changes)
      const thread = yield* Fiber.join(started)
      const other = yield* Effect.forkChild(nextThread, { startImmediately: true })
      yield* Effect.promise(() => thread.terminate())
      while (changes.source() !== "none") yield* turn
      place(`${path}/b`, "")
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(other)
      assert.deepStrictEqual(yield* next(1), ["rescan"])
      assert.deepStrictEqual([changes.source(), changes.watches()], ["watch", 1])
      place(`${path}/c`, "")
      assert.deepStrictEqual(yield* next(1), ["created c 0"])
    })
  )
})

describe("a shared folder", () => {
  it.live("that is switched is to be looked at anew, and watched", () =>
    Effect.gen(function* () {
      const path = yield* folderWith({ "r1/a": "", "r2/a": "1" })
      symlinkSync("r1", `${path}/current`)
      const next = follow(yield* changesOf(`${path}/current`))
      symlinkSync("r2", `${path}/next`)
      renameSync(`${path}/next`, `${path}/current`)
      assert.deepStrictEqual(yield* next(1), ["rescan"])
      place(`${path}/r1/b`, "")
      place(`${path}/r2/c`, "")
      assert.deepStrictEqual(yield* next(1), ["created c 0"])
    })
  )

  it.live("that goes tells nothing until it is back", () =>
    Effect.gen(function* () {
      const path = yield* folderWith({ "shared/a": "" })
      const changes = yield* changesOf(`${path}/shared`)
      const next = follow(changes)
      renameSync(`${path}/shared`, `${path}/away`)
      while (changes.watches() > 0) yield* Effect.sleep("10 millis")
      renameSync(`${path}/away`, `${path}/shared`)
      assert.deepStrictEqual(yield* next(1), ["rescan"])
      place(`${path}/shared/b`, "")
      assert.deepStrictEqual(yield* next(1), ["created b 0"])
    })
  )
})
