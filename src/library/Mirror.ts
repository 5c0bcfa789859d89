/** A folder on this machine that is kept as the server's is, for Effect programs: what `app client --mirror` does. */
import { type Duration, Effect } from "effect"
import type { SaveFailed } from "../client/files/Placement.ts"
import type { MaxDelete } from "../client/mirror/Deletion.ts"
import type { MirrorBusy } from "../client/mirror/MirrorFolder.ts"
import type { Progress, Step, Totals } from "../client/mirror/Step.ts"
import { type ComparisonError, followFrom, mirrorFrom } from "../client/node/mirror/Mirror.ts"
import { type Options, serverOf } from "./Server.ts"

/** Which server, which of its files, and what may be done for them. */
export interface MirrorOptions extends Options {
  /** Names or patterns, as `list` takes them; all files unless given. */
  readonly patterns?: ReadonlyArray<string> | undefined
  /** Patterns of files that are neither mirrored nor deleted. */
  readonly exclude?: ReadonlyArray<string> | undefined
  /** Whether names with a part that begins with a dot are mirrored. */
  readonly hidden?: boolean | undefined
  /** Whether to delete, last of all, what the mirror had brought and the server no longer has. */
  readonly delete?: boolean | undefined
  /** How many files may be deleted; half of them unless given. If there are more, nothing is done: `DeletionRefused`. */
  readonly maxDelete?: MaxDelete | undefined
  /** Whether what was changed by hand is replaced and, with `delete`, what the mirror did not bring is deleted. */
  readonly force?: boolean | undefined
  /** A folder, outside of the mirror, for copies of what `force` replaces or deletes. */
  readonly backup?: string | undefined
  /** Whether the SHA-256 of each file is compared, and not only size, time and version. */
  readonly checksum?: boolean | undefined
  /** Whether the steps are only told, and nothing is done. */
  readonly dryRun?: boolean | undefined
  /**
   * Called with what was done, a batch at a time: each file that was fetched, copied, deleted, kept, or that failed. What
   * was fetched or copied is on disk by then, and so is that a file was deleted, unless the mirror fails.
   */
  readonly onSteps?: ((steps: ReadonlyArray<Step>) => Effect.Effect<void>) | undefined
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The options, with what holds where they say nothing. */
const optionsOf = ({
  backup,
  checksum = false,
  delete: deletes = false,
  dryRun = false,
  exclude = [],
  force = false,
  hidden = false,
  maxDelete,
  onProgress = () => undefined,
  onSteps = () => Effect.void,
  patterns = [],
  ...server
}: MirrorOptions) => ({
  server: serverOf(server),
  options: {
    patterns,
    exclude,
    hidden,
    delete: deletes,
    maxDelete,
    force,
    backup,
    checksum,
    dryRun,
    onPlan: () => Effect.void,
    onSteps,
    onProgress
  }
})

/**
 * Mirrors the server's files into a folder, once, and tells how many files were fetched, copied, deleted, kept and failed.
 * Fails, with nothing changed, where the server cannot be listed whole, where too much would be deleted, or where another
 * mirror is at work in the folder. What concerns one file only is a step.
 */
export const mirror = (
  folder: string,
  given: MirrorOptions = {}
): Effect.Effect<Totals, MirrorError> => {
  const { options, server } = optionsOf(given)
  return mirrorFrom(server, folder, options)
}

/** Why a folder could not be mirrored at all. */
export type MirrorError = Effect.Error<ReturnType<typeof mirrorFrom>>

/** Which server, which of its files, what may be done for them, and how they are followed. */
export interface FollowOptions extends Omit<MirrorOptions, "dryRun"> {
  /**
   * How often everything is compared again, also where the server tells of its changes. Unless given, it is compared
   * after 30 seconds, and only where the server tells of none or where a file could not be fetched or was kept.
   */
  readonly every?: Duration.Input | undefined
  /** Called with what ended a comparison, such as a server that is away or too much to be deleted; it is tried again. */
  readonly onFailure?: ((error: ComparisonError) => Effect.Effect<void>) | undefined
}

export type { ComparisonError } from "../client/node/mirror/Mirror.ts"

/**
 * Mirrors the server's files into a folder, and then each change as it happens, until it is interrupted: what `app client
 * --mirror --follow` does. Fails only where the folder cannot be made, or another mirror is at work in it. What
 * `maxDelete` allows is counted from one comparison of everything to the next.
 */
export const followMirror = (
  folder: string,
  { every, onFailure = () => Effect.void, ...given }: FollowOptions = {}
): Effect.Effect<never, SaveFailed | MirrorBusy> => {
  const { options, server } = optionsOf(given)
  return followFrom(server, folder, options, { every, onFailure })
}
