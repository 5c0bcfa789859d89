/** What a follower of the log of changes knows of the files, from the changes alone. */
import { Effect } from "effect"
import type { ChangeId } from "../../../src/domain/FileChange.ts"
import type { Changes } from "../../../src/services/files/FileChanges.ts"

/** A replica of the names and versions. */
export interface Replica {
  /** The version of each file, as it was told last. */
  readonly versions: ReadonlyMap<string, string>
  /** How often everything had to be looked at anew. */
  readonly rescans: () => number
  /** Takes the changes that there are. */
  readonly follow: () => void
  /** Takes changes until it is as `wanted` says; never ends while it is not. */
  readonly until: (wanted: () => boolean) => Effect.Effect<void>
}

/** A replica that begins with what `list` gives; where it is told to look at everything anew it asks `list` again. */
export const makeReplica = (
  changes: Changes,
  list: () => Iterable<readonly [name: string, version: string]>
): Replica => {
  let id: ChangeId = changes.last()
  const versions = new Map(list())
  let rescans = 0

  const follow = (): void => {
    for (const logged of changes.after(id, Number.POSITIVE_INFINITY)) {
      const { change } = logged
      id = logged.id
      if (change._tag === "Rescan") {
        rescans += 1
        versions.clear()
        for (const [name, version] of list()) versions.set(name, version)
      } else if (change._tag === "Deleted") versions.delete(change.name)
      else versions.set(change.name, change.version)
    }
  }

  const until = (wanted: () => boolean): Effect.Effect<void> =>
    Effect.suspend(() => {
      follow()
      return wanted()
        ? Effect.void
        : Effect.andThen(
            changes.awaitAfter(id),
            Effect.suspend(() => until(wanted))
          )
    })

  return { versions, rescans: () => rescans, follow, until }
}
