/** `app client --mirror --follow`: keeps the folder as the server's is, change by change, until it is stopped. */
import { Effect, Option } from "effect"
import { waitWithin } from "../../../client/changes/RemoteChanges.ts"
import * as Mirror from "../../../client/mirror/follow/FollowMirror.ts"
import { defaultReadTimeout } from "../../../client/node/Connectors.ts"
import { printError } from "../../Output.ts"
import { explain, type Flags, once, type Options, type Said } from "./Comparison.ts"

/** Follows the server for ever. What ends a comparison is said once, as long as it is the same. */
export const followMirror = Effect.fn("followMirror")(function* (flags: Flags, options: Options) {
  const said: Said = { isAgain: false, lines: new Set() }
  let failure = ""

  const compare = Effect.fnUntraced(function* (narrowed: Mirror.Narrowed) {
    const { totals } = yield* once(flags, options, said, narrowed)
    if (narrowed.only === undefined) failure = ""
    return totals
  })

  return yield* Mirror.followMirror({
    connector: options.connectors.bytes,
    wait: waitWithin(Option.getOrElse(flags.timeout, () => defaultReadTimeout)),
    every: Option.getOrUndefined(flags.every),
    selection: { patterns: flags.rest, exclude: flags.exclude, hidden: flags.hidden },
    maxDelete: Option.getOrUndefined(flags.maxDelete),
    compare,
    onFailure: (error: Parameters<ReturnType<typeof explain>>[0]) => {
      const { sentence } = explain(options)(error)
      const isNews = sentence !== failure && sentence !== ""
      failure = sentence
      return isNews ? printError(sentence) : Effect.void
    }
  })
})
