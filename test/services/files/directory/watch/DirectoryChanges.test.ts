import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import {
  type ChangeId,
  FileChange,
  type LoggedChange
} from "../../../../../src/domain/FileChange.ts"
import { type Changes, FileChanges } from "../../../../../src/services/files/FileChanges.ts"
import { layer } from "../../../../../src/services/files/directory/watch/DirectoryChanges.ts"
import { temporaryFolder } from "../../../../support/stores/TemporaryFolder.ts"

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

const watching = <A, E>(
  use: (path: string, next: ReturnType<typeof follow>) => Effect.Effect<A, E, Scope.Scope>
) =>
  Effect.gen(function* () {
    const path = yield* temporaryFolder
    writeFileSync(`${path}/old`, "1")
    const changes = yield* Effect.provide(
      FileChanges,
      yield* Layer.build(layer({ folder: path, hidden: false, capacity: 1_000_000 }))
    )
    assert.strictEqual(changes.source(), "watch")
    return yield* use(path, follow(changes))
  }).pipe(Effect.scoped)

describe("a folder that is watched", () => {
  it.live("tells of what is created, changed and deleted", () =>
    watching((path, next) =>
      Effect.gen(function* () {
        writeFileSync(`${path}/.new`, "12")
        renameSync(`${path}/.new`, `${path}/new`)
        assert.deepStrictEqual(yield* next(1), ["created new 2"])
        writeFileSync(`${path}/old`, "123")
        assert.deepStrictEqual(yield* next(1), ["changed old 3"])
        rmSync(`${path}/old`)
        assert.deepStrictEqual(yield* next(1), ["deleted old"])
        mkdirSync(`${path}/a/b`, { recursive: true })
        writeFileSync(`${path}/a/b/c`, "")
        assert.deepStrictEqual(yield* next(1), ["created a/b/c 0"])
        renameSync(`${path}/a`, `${path}/é`)
        assert.sameMembers([...(yield* next(2))], ["deleted a/b/c", "created é/b/c 0"])
      })
    )
  )
})
