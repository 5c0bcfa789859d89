/** Tests of what may not be read or written, also where root runs them, whom no mode of a file keeps out. */
import { Effect, type Scope } from "effect"

const isRoot = process.getuid?.() === 0

/** The user `nobody` of most systems, who owns no file. */
const nobody = 65_534

/** From now on this process opens files as nobody does, until the scope closes; it does so anyway unless it is root's. */
export const asNobody: Effect.Effect<void, never, Scope.Scope> = isRoot
  ? Effect.acquireRelease(
      Effect.sync(() => process.seteuid?.(nobody)),
      () => Effect.sync(() => process.seteuid?.(0))
    )
  : Effect.void

/** Does this as the owner of the files that the test made. */
export const asOwner = (change: () => void): void => {
  if (isRoot) process.seteuid?.(0)
  change()
  if (isRoot) process.seteuid?.(nobody)
}

/** A command that runs what follows it without root's right to pass over modes (capabilities(7)). */
export const withoutOverride: ReadonlyArray<string> = isRoot
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
  : []
