/** What the server has of a few names, asked for each: what changes hint at, where listing all of it would take longer. */
import { Effect } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import { unexpected } from "../../Connection.ts"
import type { Connector } from "../../Connector.ts"
import { describe, isNotFound } from "../../files/RemoteFile.ts"
import { toEntry } from "../Manifest.ts"

/** How many are asked for at a time. */
const askedAtOnce = 64

/** Those of the names that the server has, sorted. */
export const readNamed = Effect.fn("readNamed")(function* (
  names: ReadonlySet<FileName.FileName>,
  connector: Connector
) {
  const look = Effect.fnUntraced(function* (name: FileName.FileName) {
    const details = yield* Effect.catchIf(
      describe(ByteString.fromText(name), connector),
      isNotFound,
      () => Effect.succeed(undefined)
    )
    return details === undefined ? [] : [toEntry(name, details) ?? (yield* unexpected)]
  })
  const found = yield* Effect.forEach(names, look, { concurrency: askedAtOnce })
  return found.flat().sort((one, other) => FileName.byBytes(one.name, other.name))
})
