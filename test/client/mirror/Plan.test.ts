import { assert, describe, it } from "@effect/vitest"
import type { LocalEntry, PlacedEntry, RemoteEntry } from "../../../src/client/mirror/Entries.ts"
import { Action, doubts, plan, type Situation } from "../../../src/client/mirror/Plan.ts"
import * as State from "../../../src/client/mirror/state/State.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as FileName from "../../../src/domain/FileName.ts"
import { seeded } from "../../support/values/Seeded.ts"
import { assertSame } from "../../support/values/Same.ts"

/** A file of a model: its content is a text, and its digest a number made of it. */
interface ModelFile {
  readonly content: string
  readonly modified: number
}

const digestOf = (content: string): string =>
  Buffer.from(content.padEnd(32, "-")).toString("hex").slice(0, 64)

const nameOf = (text: string): FileName.FileName => FileName.fromText(text) ?? assert.fail(text)

const names = ["a", "b", "c", "d/x", "d/y", "e"].map(nameOf)

/** A server's folder, a target and what the mirror knows, as plain maps. */
const makeModel = (seed: number) => {
  const below = seeded(seed)
  const server = new Map<FileName.FileName, ModelFile & { readonly version: string }>()
  const target = new Map<FileName.FileName, ModelFile>()
  const state: State.State = new Map()
  /** Names that a person changed since the mirror last left them, with what is there. */
  const edited = new Map<FileName.FileName, ModelFile>()
  let clock = 0
  const pick = () => names[below(names.length)] ?? nameOf("a")
  const content = () => "x".repeat(1 + below(3)) + String(below(3))

  const changeServer = () => {
    clock += 1
    const name = pick()
    const found = server.get(name)
    const version = `v${clock}`
    switch (below(5)) {
      case 0:
        server.delete(name)
        break
      case 1: {
        const other = pick()
        if (found !== undefined) {
          server.delete(name)
          server.set(other, { ...found, version })
        }
        break
      }
      case 2:
        // A time that was there before: only the version tells.
        server.set(name, { content: content(), modified: found?.modified ?? clock, version })
        break
      default:
        server.set(name, { content: content(), modified: clock, version })
    }
  }

  const changeTarget = () => {
    clock += 1
    const name = pick()
    if (below(3) === 0) {
      target.delete(name)
      edited.delete(name)
      return
    }
    const file = { content: content(), modified: clock }
    target.set(name, file)
    // Who writes the bytes that the mirror had put there has changed nothing that could be lost.
    const isPlaced = state.get(name)?.some(({ sha256 }) => sha256 === digestOf(file.content))
    if (isPlaced === true) edited.delete(name)
    else edited.set(name, file)
  }

  const situation = (): Situation => ({
    remote: [...server]
      .map(([name, { content, modified, version }]): RemoteEntry => ({
        name,
        size: content.length,
        modified,
        version: ByteString.fromText(version)
      }))
      .sort((a, b) => FileName.byBytes(a.name, b.name)),
    state: new Map(state),
    local: new Map(
      [...target].map(([name, { content, modified }]): [string, LocalEntry] => [
        name,
        { kind: "file", size: content.length, modified }
      ])
    ),
    isSelected: () => true,
    settled: () => [],
    others: [],
    deletes: "placed",
    leaves: new Map(),
    checksum: false
  })

  const planNow = () => {
    const now = situation()
    const wanted = doubts(now)
    const digest = (files: ReadonlyMap<FileName.FileName, ModelFile>, name: FileName.FileName) =>
      [name, digestOf(files.get(name)?.content ?? "")] as const
    return plan(now, {
      local: new Map(wanted.local.map((name) => digest(target, name))),
      remote: new Map(wanted.remote.map(({ name }) => digest(server, name)))
    })
  }

  const place = (name: FileName.FileName) => {
    const file = server.get(name)
    if (file === undefined) return
    const { content, modified, version } = file
    target.set(name, { content, modified })
    const entry: PlacedEntry = {
      size: content.length,
      modified,
      sha256: digestOf(content),
      version: ByteString.fromText(version)
    }
    state.set(name, [entry])
    edited.delete(name)
  }

  /** Does what the plan says, as Run would. Deleting is allowed. */
  const carryOut = (actions: ReadonlyArray<Action>) => {
    const sources = new Map(target)
    for (const action of actions) {
      switch (action._tag) {
        case "Same":
          state.set(action.name, [action.entry])
          edited.delete(action.name)
          break
        case "Touched": {
          const there = target.get(action.name)
          if (there === undefined) break
          target.set(action.name, { ...there, modified: action.entry.modified })
          state.set(action.name, [action.entry])
          edited.delete(action.name)
          break
        }
        case "Renamed":
          // Copied from what is here, and not from the server.
          assert.strictEqual(sources.get(action.from)?.content, server.get(action.name)?.content)
          place(action.name)
          break
        case "New":
        case "Changed":
          place(action.name)
          break
        case "Gone":
          assert.isFalse(edited.has(action.name), `${action.name} was changed by hand`)
          target.delete(action.name)
          state.delete(action.name)
          break
        case "Kept":
          break
      }
    }
    for (const name of state.keys()) if (!target.has(name)) state.delete(name)
  }

  return { below, server, target, edited, changeServer, changeTarget, planNow, carryOut }
}

describe("a plan", () => {
  it("brings the target to what the server has, and never touches what a person changed", () => {
    for (let seed = 0; seed < 2000; seed++) {
      const model = makeModel(seed)
      for (let round = 0; round < 6; round++) {
        for (let change = model.below(5); change > 0; change--) model.changeServer()
        for (let change = model.below(2); change > 0; change--) model.changeTarget()
        const before = new Map(model.edited)
        model.carryOut(model.planNow())
        for (const [name, { content, modified }] of model.server) {
          const here = model.target.get(name)
          const byHand = before.get(name)
          if (byHand !== undefined && byHand.content !== content) {
            assertSame(here, byHand, `seed ${seed}: ${name}`)
          } else {
            assertSame(here, { content, modified }, `seed ${seed}: ${name}`)
          }
        }
        for (const [name, file] of model.target) {
          if (!model.server.has(name))
            assertSame(before.get(name), file, `seed ${seed}: ${name} is gone`)
        }
        const again = model.planNow().map(({ _tag }) => _tag)
        assertSame(
          again.filter((tag) => tag !== "Same" && tag !== "Kept"),
          [],
          `seed ${seed}: a second run has nothing to do`
        )
      }
    }
  })

  const remote = (name: string, size: number, version = "1"): RemoteEntry => ({
    name: nameOf(name),
    size,
    modified: 5,
    version: ByteString.fromText(version)
  })
  const placed = (size: number, content = "z", version = "1"): PlacedEntry => ({
    size,
    modified: 5,
    sha256: digestOf(content),
    version: ByteString.fromText(version)
  })
  const empty: Situation = {
    remote: [],
    state: new Map(),
    local: new Map(),
    isSelected: () => true,
    settled: () => [],
    others: [],
    deletes: "nothing",
    leaves: new Map(),
    checksum: false
  }
  const noDigests = { local: new Map<string, string>(), remote: new Map<string, string>() }

  it("keeps away from a link or a file that stands where a folder should be", () => {
    const situation: Situation = {
      ...empty,
      remote: [remote("d/x", 1)],
      local: new Map([["d", { kind: "other" }]])
    }
    assert.deepStrictEqual(plan(situation, noDigests), [
      Action.Kept({ name: nameOf("d/x"), reason: "obstructed", forced: undefined })
    ])
  })

  it("puts nothing where something stands that is not deleted, and a file where a folder is emptied", () => {
    const file = { kind: "file", size: 1, modified: 5 } as const
    const situation: Situation = {
      ...empty,
      remote: [remote("a/x", 2), remote("b", 2)],
      state: new Map(["a", "b/c", "b/gone/d"].map((name) => [nameOf(name), [placed(1)]])),
      local: new Map<string, LocalEntry>([
        ["a", file],
        ["b", { kind: "folder" }],
        ["b/c", file]
      ])
    }
    const planned = (deletes: Situation["deletes"], ...leaves: ReadonlyArray<string>) =>
      plan({ ...situation, deletes, leaves: new Map([["b", leaves]]) }, noDigests)
        .slice(0, 2)
        .map(({ _tag }) => _tag)
    assert.deepStrictEqual(planned("nothing", "b/c"), ["Kept", "Kept"])
    assert.deepStrictEqual(planned("placed", "b/c", "b/gone"), ["New", "New"])
    assert.deepStrictEqual(planned("placed", "b/c", "b/mine"), ["New", "Kept"])
    const edited = new Map(situation.local).set("a", { ...file, size: 7 })
    const tags = (deletes: Situation["deletes"]) =>
      plan({ ...situation, local: edited, deletes }, noDigests).map(({ _tag }) => _tag)
    assert.deepStrictEqual(tags("placed")[0], "Kept")
    assert.deepStrictEqual(tags("all")[0], "New")
  })

  it("deletes only what is selected", () => {
    const situation: Situation = {
      ...empty,
      state: new Map([[nameOf("a"), [placed(1)]]]),
      local: new Map([["a", { kind: "file", size: 1, modified: 5 }]])
    }
    assert.strictEqual(plan(situation, noDigests).length, 1)
    assert.deepStrictEqual(plan({ ...situation, isSelected: () => false }, noDigests), [])
  })

  it("with --checksum asks for both digests of a file that looks the same, and keeps what was changed under the same time", () => {
    const situation: Situation = {
      ...empty,
      remote: [remote("a", 1)],
      state: new Map([[nameOf("a"), [placed(1)]]]),
      local: new Map([["a", { kind: "file", size: 1, modified: 5 }]]),
      checksum: true
    }
    assert.deepStrictEqual(doubts({ ...situation, checksum: false }), { local: [], remote: [] })
    const wanted = doubts(situation)
    assert.deepStrictEqual([wanted.local, wanted.remote.map(({ name }) => name)], [["a"], ["a"]])
    const digests = (local: string) => ({
      local: new Map([["a", digestOf(local)]]),
      remote: new Map([["a", digestOf("z")]])
    })
    assert.deepStrictEqual(
      plan(situation, digests("z")).map(({ _tag }) => _tag),
      ["Same"]
    )
    assert.deepStrictEqual(
      plan(situation, digests("other")).map(({ _tag }) => _tag),
      ["Kept"]
    )
  })

  it("knows a file by the journal too, where a run was killed", () => {
    const state: State.State = new Map([[nameOf("a"), [placed(3, "old")]]])
    State.addJournal(state, State.encodeLine(nameOf("a"), placed(1, "new", "2")))
    const situation: Situation = {
      ...empty,
      remote: [remote("a", 1, "2")],
      state,
      local: new Map([["a", { kind: "file", size: 1, modified: 5 }]])
    }
    assert.deepStrictEqual(
      plan(situation, noDigests).map(({ _tag }) => _tag),
      ["Same"]
    )
  })
})
