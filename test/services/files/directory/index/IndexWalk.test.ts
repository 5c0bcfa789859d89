/** Which names a walk visits, and in which order: those of any tree, from any name on, within any prefix. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FolderNames, pack } from "../../../../../src/services/files/directory/index/FolderNames.ts"
import type {
  Folder,
  Place
} from "../../../../../src/services/files/directory/index/FolderReader.ts"
import {
  IndexWalk,
  type LinkRules,
  type Range
} from "../../../../../src/services/files/directory/index/IndexWalk.ts"
import { seeded } from "../../../../support/values/Seeded.ts"

const noLinks: LinkRules = {
  enters: () => true,
  isFile: () => false,
  folderAt: () => undefined
}

/** The folder at `path` of a tree that has these files. */
const folderAt = (files: ReadonlyArray<string>, path: string): Folder => {
  const kinds = new Map<string, boolean>()
  const prefix = `${path}/`
  for (const file of files) {
    const whole = `/${file}`
    if (!whole.startsWith(prefix)) continue
    const [part = "", ...rest] = whole.slice(prefix.length).split("/")
    kinds.set(part, rest.length > 0)
  }
  const entries = [...kinds].map(([part, isFolder]) => ({
    name: Buffer.from(part).toString("latin1"),
    isFile: () => !isFolder,
    isDirectory: () => isFolder,
    isSymbolicLink: () => false
  }))
  const packed = pack(entries, { hidden: true, links: true, mostUnshareable: 1 })
  return { names: new FolderNames(packed), identity: undefined }
}

/** What a walk visits, and how many folders it looks at. */
const visited = Effect.fnUntraced(function* (
  files: ReadonlyArray<string>,
  range: Range,
  longestRun: number = 3
) {
  let folders = 0
  const visit = ({ path }: Place) => {
    folders += 1
    const folder = folderAt(files, path)
    return folders % 2 === 0 ? Effect.succeed(folder) : folder
  }
  const walk = new IndexWalk({ visit }, noLinks, { name: "", path: "" }, range, longestRun)
  const names: Array<string> = []
  for (let step = walk.step(); step !== undefined; step = walk.step()) {
    if (Effect.isEffect(step)) yield* step
    else names.push(...step.names.keysBehind(step.prefix, step.from, step.to, (name) => name))
  }
  return { names, folders }
})

const sorted = (names: Iterable<string>): ReadonlyArray<string> =>
  [...names]
    .map((name) => Buffer.from(name))
    .sort(Buffer.compare)
    .map(String)

const parts = ["a", "b", "a.txt", "a-", "ab", "a0", "ç", "\uffff", "\u{10000}", "~"]

describe("a walk", () => {
  it.effect("visits what a sorted list of all names has, from any name on and in any prefix", () =>
    Effect.gen(function* () {
      const random = seeded(11)
      const anyPath = () =>
        Array.from({ length: 1 + random(4) }, () => parts[random(parts.length)] ?? "").join("/")
      for (let run = 0; run < 600; run++) {
        const files = new Set<string>()
        for (let index = random(40); index > 0; index--) files.add(anyPath())
        // A name is a file's or a folder's.
        for (const file of files)
          if ([...files].some((other) => other.startsWith(`${file}/`))) files.delete(file)
        const all = sorted(files)
        const text = () => {
          const path = anyPath()
          return random(3) === 0 ? "" : path.slice(0, 1 + random(path.length + 3)).toWellFormed()
        }
        const range = { after: text(), prefix: text() }
        const expected = all.filter(
          (name) =>
            name.startsWith(range.prefix)
            && Buffer.compare(Buffer.from(name), Buffer.from(range.after)) > 0
        )
        const { names } = yield* visited(all, range, 1 + random(5))
        assert.deepStrictEqual(names, expected, JSON.stringify({ all, range }))
      }
    })
  )

  it.effect("looks at no folder that cannot have such names", () =>
    Effect.gen(function* () {
      const files = Array.from({ length: 100 }, (_, index) => `p${10 + index}/q/f`)
      assert.deepStrictEqual(yield* visited(files, { after: "", prefix: "p42/q/" }), {
        names: ["p42/q/f"],
        folders: 3
      })
      assert.deepStrictEqual(yield* visited(files, { after: "p98/q/f", prefix: "" }), {
        names: ["p99/q/f"],
        folders: 5
      })
    })
  )
})
