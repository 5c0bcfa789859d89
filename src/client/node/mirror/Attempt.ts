/** Calls of the system whose errors are SaveFailed. */
import { Effect } from "effect"
import { SaveFailed } from "../../files/Placement.ts"

/** The error of a call that concerns this path. */
export const failedAt =
  (path: string) =>
  (cause: unknown): SaveFailed =>
    new SaveFailed({ path, cause })

/** Runs synchronous calls that concern this path. */
export const attempt = <A>(path: string, evaluate: () => A): Effect.Effect<A, SaveFailed> =>
  Effect.try({ try: evaluate, catch: failedAt(path) })
