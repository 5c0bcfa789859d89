/** The changes of a server's files, for Effect programs: what `app client --cmd acompanhar` prints. */
import { Duration, Effect, Stream } from "effect"
import { ErrorReply } from "../client/Connection.ts"
import { followChanges, type FollowError, waitWithin } from "../client/changes/RemoteChanges.ts"
import { defaultReadTimeout, makeConnectors } from "../client/node/Connectors.ts"
import { formatId, type LoggedChange, parseId } from "../domain/FileChange.ts"
import type { Server } from "../client/node/Connectors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"

/** A file came, or its content changed, or it went. `Rescan`: changes may have been missed, look at everything anew. */
export type Change =
  | {
      readonly kind: "Created" | "Changed"
      /** The place of the change: what `changes` goes on from. */
      readonly id: string
      readonly name: string
      /** In bytes. */
      readonly size: number
      readonly modified: Date
      /** The version that `details` tells. */
      readonly version: string
    }
  | { readonly kind: "Deleted"; readonly id: string; readonly name: string }
  | { readonly kind: "Rescan"; readonly id: string }

const changeOf = ({ change, id }: LoggedChange): Change => {
  const place = formatId(id)
  switch (change._tag) {
    case "Created":
    case "Changed": {
      const { modified, name, size, version } = change
      return { kind: change._tag, id: place, name, size, modified: new Date(modified), version }
    }
    case "Deleted":
      return { kind: "Deleted", id: place, name: change.name }
    case "Rescan":
      return { kind: "Rescan", id: place }
  }
}

const noPlace = new ErrorReply({ code: "ERR", message: sentence("invalidId") })

/** The changes of the server's files behind the one of this id; from now on without one. Each run has its own connection. */
export const changesOf = (
  server: Server,
  since: string | undefined
): Stream.Stream<Change, FollowError> => {
  const from = since === undefined ? undefined : parseId(since)
  if (since !== undefined && from === undefined) return Stream.fail(noPlace)
  const wait = waitWithin(Duration.fromInputUnsafe(server.readTimeout ?? defaultReadTimeout))
  return Stream.unwrap(
    Effect.map(makeConnectors(server), ({ bytes }) =>
      Stream.map(followChanges(from, wait, bytes), changeOf)
    )
  )
}
