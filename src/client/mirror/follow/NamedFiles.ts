/** What the server has of a few names, asked for each: what changes hint at, where listing all of it would take longer. */
import { Effect } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import { unexpected } from "../../Connection.ts"
import type { Connector } from "../../Connector.ts"
import { describe, isNotFound } from "../../files/RemoteFile.ts"
import type { RemoteEntry } from "../Entries.ts"
import { type Manifest, toEntry } from "../Manifest.ts"
import type { StateFile } from "../state/StateFile.ts"

/** How many are asked for at a time. */
const askedAtOnce = 64

/** As `readManifest`, of these names only. */
export const readNamed = Effect.fn("readNamed")(function* (
  names: ReadonlySet<FileName.FileName>,
  state: StateFile,
  connector: Connector
) {
  const known = new Uint8Array(state.count)
  const others: Array<RemoteEntry> = []
  let count = 0
  const look = Effect.fnUntraced(function* (name: FileName.FileName) {
    const key = ByteString.fromText(name)
    const details = yield* Effect.catchIf(describe(key, connector), isNotFound, () =>
      Effect.succeed(undefined)
    )
    if (details === undefined) return
    const entry = toEntry(name, details)
    if (entry === undefined) return yield* unexpected
    count += 1
    const row = state.find(key)
    const isRow = row < state.count && state.keyAt(row) === key
    if (isRow && state.isVersion(row, entry)) known[row] = 1
    else others.push(entry)
  })
  yield* Effect.forEach(names, look, { concurrency: askedAtOnce, discard: true })
  others.sort((one, other) => FileName.byBytes(one.name, other.name))
  const manifest: Manifest = { known, others, count }
  return manifest
})
