/** Asks for the digests of many files in one exchange. */
import { Effect } from "effect"
import type { ErrorReply } from "../../Connection.ts"
import type { Connector } from "../../Connector.ts"
import { digestRequest, exactVersion, receiveDigest } from "../RemoteFile.ts"
import type { Wanted } from "./SmallFiles.ts"

/** How many are asked for at once: their requests fit into the buffers of a socket. */
const askedAtOnce = 128

/** The server's digests of these versions, in their order; for a file that it gives none of, what it answered. */
export const receiveDigests = Effect.fnUntraced(function* (
  wanted: ReadonlyArray<Wanted>,
  connector: Connector
) {
  const digests: Array<string | ErrorReply> = []
  for (let next = 0; next < wanted.length; next += askedAtOnce) {
    const batch = wanted.slice(next, next + askedAtOnce)
    const some = yield* connector.askAll(
      () => batch.map(({ key, remote }) => digestRequest(key, exactVersion(remote.version))()),
      Effect.forEach(batch, () =>
        Effect.catchTag(receiveDigest, "ErrorReply", (error) => Effect.succeed(error))
      )
    )
    digests.push(...some)
  }
  return digests
})
