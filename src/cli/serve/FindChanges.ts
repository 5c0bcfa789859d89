/** How the changes of what is shared are found, as the flags say. */
import { type Effect, Option, type Scope } from "effect"
import * as DirectoryChanges from "../../services/files/directory/watch/DirectoryChanges.ts"
import type { FolderUnusable } from "../../services/files/directory/SharedFolder.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import type { ServeFlags } from "./ServeFlags.ts"
import type { Shared } from "./Shared.ts"

/** Looks for changes until the scope closes. */
export type FindChanges = Effect.Effect<Changes, FolderUnusable, Scope.Scope>

/** Looks for the changes of what is shared; `undefined` where nobody does. */
export const findChanges = (
  { changes: capacity, hidden, noLinks, store }: ServeFlags,
  { dir }: Shared
): FindChanges | undefined =>
  capacity === 0 || Option.isSome(store)
    ? undefined
    : DirectoryChanges.make({ folder: dir, hidden, links: !noLinks, capacity })
