/** Plans a few names, which changes hint at: only they are asked for, looked at and written down, however many files there are. */
import { Effect } from "effect"
import type { FileName } from "../../../domain/FileName.ts"
import type { Connectors } from "../../Connector.ts"
import { foldersOf, type PlacedEntry } from "../Entries.ts"
import { MirrorFolder } from "../MirrorFolder.ts"
import { decide, type Options, type Prepared, withObstacles } from "../Prepare.ts"
import type { Memory } from "../state/Memory.ts"
import type * as State from "../state/State.ts"
import { readNamed } from "./NamedFiles.ts"

/** Plans these names, all of which are selected; nothing is done about any other. */
export const prepareNamed = Effect.fn("mirror.prepareNamed")(function* (
  names: ReadonlySet<FileName>,
  memory: Memory,
  options: Options,
  connectors: Connectors
) {
  const folder = yield* MirrorFolder
  const remote = yield* readNamed(names, connectors.bytes)
  const state: State.State = new Map()
  for (const name of names) {
    const candidates = yield* memory.of(name)
    if (candidates.length > 0) state.set(name, candidates)
  }
  const folders = new Set(remote.flatMap(({ name }) => foldersOf(name)))
  const local = yield* folder.inspect([...names, ...folders])
  const isUnknown = (name: FileName): boolean =>
    local.get(name)?.kind === "file" && !state.has(name)
  const situation = yield* withObstacles(
    {
      remote,
      state,
      local,
      isSelected: (name) => names.has(name),
      settled: yield* memory.allBut(names),
      others: options.delete && options.force ? [...names].filter(isUnknown) : [],
      checksum: options.checksum
    },
    options
  )
  const decision = yield* decide(
    situation,
    { listed: remote.length, settled: 0 },
    options,
    connectors
  )
  const isNews = (name: FileName, entry: PlacedEntry | undefined): boolean => {
    const [before, ...more] = state.get(name) ?? []
    return more.length > 0 || before !== entry
  }
  const prepared: Prepared = {
    ...decision,
    state,
    local,
    settledCount: 0,
    additions: { files: [], bytes: 0 },
    isStateUnreadable: false,
    remember: (next) =>
      memory.learn(
        [...names].flatMap((name) => {
          const entry = next.get(name)
          return isNews(name, entry) ? [[name, entry] as const] : []
        })
      )
  }
  return prepared
})
