/** How much is done about one name among many. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { Connection } from "../../../../src/client/Connection.ts"
import type { Connector } from "../../../../src/client/Connector.ts"
import type { PlacedEntry } from "../../../../src/client/mirror/Entries.ts"
import { MirrorFolder } from "../../../../src/client/mirror/MirrorFolder.ts"
import { mirror } from "../../../../src/client/mirror/run/Run.ts"
import { makeMemory } from "../../../../src/client/mirror/state/Memory.ts"
import * as NextState from "../../../../src/client/mirror/state/NextState.ts"
import * as StateFile from "../../../../src/client/mirror/state/StateFile.ts"
import { layer as folderLayer } from "../../../../src/client/node/mirror/Folder.ts"
import * as Mirror from "../../../../src/client/node/mirror/Mirror.ts"
import * as ByteString from "../../../../src/domain/ByteString.ts"
import * as FileName from "../../../../src/domain/FileName.ts"
import * as Reply from "../../../../src/domain/Reply.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"

/** A server that has no files any more, and what it was asked for. */
const makeConnector = (asked: Array<string>): Connector => ({
  ask: (args, receive) =>
    Effect.suspend(() => {
      asked.push(args().join(" "))
      return Effect.provideService(receive, Connection, {
        send: () => Effect.void,
        receive: Effect.succeed(Reply.Reply.Error({ code: "NOTFOUND", message: "x" })),
        receiveTokens: () => Effect.never,
        receiveFile: Effect.never,
        receiveContent: Effect.never,
        isRefused: () => false
      })
    }),
  askAll: () => Effect.die(new Error("nothing is fetched")),
  connect: Effect.void,
  disconnect: Effect.void
})

const names = Array.from(
  { length: 500 },
  (_, index) => FileName.fromText(`${index % 9}/${index}`) ?? assert.fail()
)

describe("one name that has changed", () => {
  it.effect("is asked for, looked at and written down, and no other", () =>
    Effect.gen(function* () {
      const root = yield* folderWith(Object.fromEntries(names.map((name) => [name, name])))
      const entryOf = (name: string): PlacedEntry => {
        const { mtimeMs, size } = fs.statSync(join(root, name))
        const sha256 = "0".repeat(64)
        return { size, modified: Math.floor(mtimeMs), sha256, version: ByteString.fromText("1") }
      }
      const looked: Array<string> = []
      const watched = Layer.effect(
        MirrorFolder,
        Effect.map(MirrorFolder, (folder) => ({
          ...folder,
          inspect: (names: Iterable<string>) => {
            const all = [...names]
            looked.push(...all)
            return folder.inspect(all)
          },
          compare: () => Effect.die(new Error("all files were looked at")),
          names: Effect.die(new Error("the whole folder was read"))
        }))
      ).pipe(Layer.provide(folderLayer(root, false)))
      yield* Effect.gen(function* () {
        yield* NextState.write({
          file: StateFile.empty,
          settled: new Uint8Array(),
          entries: new Map(names.map((name) => [name, entryOf(name)])),
          added: { count: () => 0, entries: () => [] }
        })
        const state = join(root, ".app-mirror/state")
        const before = fs.statSync(state)
        const [name = assert.fail()] = names.slice(123)
        const asked: Array<string> = []
        const connector = makeConnector(asked)
        const memory = makeMemory()
        const totals = yield* mirror(
          {
            patterns: [],
            exclude: [],
            hidden: false,
            delete: true,
            force: true,
            maxDelete: { files: 1 },
            checksum: false,
            backup: undefined,
            dryRun: false,
            only: { names: new Set([name]), memory },
            onPlan: () => Effect.void,
            onSteps: () => Effect.void,
            onProgress: () => undefined
          },
          { bytes: connector, digests: connector }
        )
        assert.strictEqual(totals.gone, 1)
        assert.isFalse(fs.existsSync(join(root, name)))
        assert.deepStrictEqual(asked, [`detalhes_arquivo ${name}`])
        assert.deepStrictEqual(looked, [name])
        const { ctimeMs, ino } = fs.statSync(state)
        assert.deepStrictEqual([ino, ctimeMs], [before.ino, before.ctimeMs])
        const read = makeMemory()
        assert.deepStrictEqual(yield* read.of(name), [])
        assert.strictEqual([...(yield* read.allBut(new Set()))()].length, names.length - 1)
      }).pipe(Effect.provide([watched, Mirror.services]))
    })
  )
})
