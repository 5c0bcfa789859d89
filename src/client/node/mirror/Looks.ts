/** Looks at what stands at names in a mirror's folder, some of them in a turn of the event loop. No link is followed. */
import { Effect } from "effect"
import type { SaveFailed } from "../../files/Placement.ts"
import type { LocalEntry } from "../../mirror/Entries.ts"
import type { Comparison } from "../../mirror/MirrorFolder.ts"
import type { StateFile } from "../../mirror/state/StateFile.ts"
import * as System from "../SystemCalls.ts"
import { attempt } from "./Attempt.ts"
import { makeFolders, pathsIn } from "./Folders.ts"
import { isEmpty } from "./Walk.ts"

/** How many names are looked at before other fibers run; about 5 ms. */
const looksPerTurn = 1000

/** Calls `found` with what stands at each of `count` names; what is behind a link stands nowhere. */
const lookAt = Effect.fnUntraced(function* (
  root: string,
  count: number,
  nameAt: (index: number) => string,
  found: (entry: LocalEntry, index: number, name: string) => void
): Effect.fn.Return<void, SaveFailed> {
  const { isSafe } = makeFolders(root)
  const pathOf = pathsIn(root)
  for (let next = 0; next < count; next += looksPerTurn) {
    yield* attempt(root, () => {
      for (let index = next; index < Math.min(next + looksPerTurn, count); index++) {
        const name = nameAt(index)
        const entry = isSafe(name) ? System.entryAt(pathOf(name)) : undefined
        if (entry !== undefined) found(entry, index, name)
      }
    })
    yield* Effect.yieldNow
  }
})

/** What stands at these names below `root`. */
export const inspect = Effect.fnUntraced(function* (
  root: string,
  names: Iterable<string>
): Effect.fn.Return<ReadonlyMap<string, LocalEntry>, SaveFailed> {
  const found = new Map<string, LocalEntry>()
  const all = [...names]
  if (all.length > looksPerTurn && (yield* attempt(root, () => isEmpty(root)))) return found
  yield* lookAt(
    root,
    all.length,
    (index) => all[index] ?? "",
    (entry, _, name) => found.set(name, entry)
  )
  return found
})

/** Looks at the files of a state file, below `root`. */
export const compare = Effect.fnUntraced(function* (
  root: string,
  state: StateFile
): Effect.fn.Return<Comparison, SaveFailed> {
  const same = new Uint8Array(state.count)
  const others = new Map<string, LocalEntry>()
  yield* lookAt(
    root,
    state.count,
    (row) => state.nameAt(row),
    (entry, row, name) => {
      if (entry.kind === "file" && state.isOf(row, entry.size, entry.modified)) same[row] = 1
      else others.set(name, entry)
    }
  )
  return { same, others }
})
