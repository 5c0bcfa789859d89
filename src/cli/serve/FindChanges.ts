/** How the changes of what is shared are found, as the flags say. */
import { type Effect, Option, type Scope } from "effect"
import * as DirectoryChanges from "../../services/files/directory/watch/DirectoryChanges.ts"
import type { FolderUnusable } from "../../services/files/directory/SharedFolder.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import type { BucketUnusable } from "../../services/files/s3/SharedBucket.ts"
import * as BucketChanges from "../../services/files/s3/watch/BucketChanges.ts"
import type { ServeFlags } from "./ServeFlags.ts"
import { bucketOf, type Shared } from "./Shared.ts"

/**
 * How long a server has to listen, and to answer who waited for that, before the thread that watches is started: its start
 * takes the processors 20 to 30 ms, and came before the first answer. Who follows changes waits for the thread all the same.
 */
const headStart = "20 millis"

/** Looks for changes until the scope closes. */
export type FindChanges = Effect.Effect<Changes, FolderUnusable | BucketUnusable, Scope.Scope>

/** Looks for the changes of what is shared; `undefined` where nobody does. */
export const findChanges = (flags: ServeFlags, { dir }: Shared): FindChanges | undefined => {
  const { changes: capacity, hidden, index, noLinks, watchInterval } = flags
  const bucket = bucketOf(flags)
  if (capacity === 0) return undefined
  if (bucket === undefined)
    return DirectoryChanges.make({ folder: dir, hidden, links: !noLinks, capacity, headStart })
  return Option.getOrUndefined(
    Option.map(watchInterval, (every) =>
      BucketChanges.make({ ...bucket, capacity, every, names: index })
    )
  )
}
