/** Asks for the digests of many files in one exchange. */
import { Effect } from "effect"
import type { Connector } from "../../Connector.ts"
import { digestRequest, exactVersion, receiveDigest } from "../RemoteFile.ts"
import type { Wanted } from "./SmallFiles.ts"

/** How many are asked for at once: their requests fit into the buffers of a socket. */
const askedAtOnce = 128

/**
 * The server's digests of these versions, in their order; `undefined` for a file that is gone, has another version by now
 * or cannot be read.
 */
export const receiveDigests = Effect.fnUntraced(function* (
  wanted: ReadonlyArray<Wanted>,
  connector: Connector
) {
  const digests: Array<string | undefined> = []
  for (let next = 0; next < wanted.length; next += askedAtOnce) {
    const batch = wanted.slice(next, next + askedAtOnce)
    const some = yield* connector.askAll(
      () => batch.map(({ key, remote }) => digestRequest(key, exactVersion(remote.version))()),
      Effect.forEach(batch, () =>
        Effect.catchTag(receiveDigest, "ErrorReply", () => Effect.succeed(undefined))
      )
    )
    digests.push(...some)
  }
  return digests
})
