/** `app client --mirror`: keeps a folder up to date, once or again and again, and says what it does. */
import { Effect, Option } from "effect"
import type { Totals } from "../../../client/mirror/Step.ts"
import { layer as folderLayer } from "../../../client/node/mirror/Folder.ts"
import { exitCode, Failure } from "../../Failure.ts"
import { explain, type Flags, once, type Options, type Said } from "./Comparison.ts"
import { followMirror } from "./FollowMirror.ts"

/** Whether the server is followed, and not compared with once. */
export const isFollowing = ({ every, follow }: Pick<Flags, "every" | "follow">): boolean =>
  follow || Option.isSome(every)

/** The failure of a run that some files did not come out of well; all of it was said already. */
const failureOf = (totals: Totals, isMismatch: boolean): Failure | undefined => {
  if (totals.failed === 0 && totals.kept === 0) return undefined
  return new Failure({ code: isMismatch ? exitCode.mismatch : exitCode.refused, sentence: "" })
}

/** Runs it: once, or until it is stopped. */
export const mirrorCommand = Effect.fn("mirrorCommand")(
  function* (flags: Flags, options: Options) {
    if (isFollowing(flags)) return yield* followMirror(flags, options)
    const said: Said = { isAgain: false, lines: new Set() }
    const { isMismatch, totals } = yield* once(flags, options, said, {})
    const failure = failureOf(totals, isMismatch)
    if (failure !== undefined) return yield* failure
  },
  (running, flags, options) =>
    Effect.mapError(
      Effect.provide(running, folderLayer(options.folder, flags.dryRun)),
      explain(options)
    )
)
