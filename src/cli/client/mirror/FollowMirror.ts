/** `app client --mirror --follow`: keeps the folder as the server's is, change by change, until it is stopped. */
import { Duration, Effect, Option } from "effect"
import { waitWithin } from "../../../client/changes/RemoteChanges.ts"
import { DeletionRefused, mostOf } from "../../../client/mirror/Deletion.ts"
import { follow } from "../../../client/mirror/follow/Follow.ts"
import { makeSelected } from "../../../client/mirror/Manifest.ts"
import { makeMemory } from "../../../client/mirror/state/Memory.ts"
import type { Totals } from "../../../client/mirror/Step.ts"
import { defaultReadTimeout } from "../../../client/node/Connectors.ts"
import type { FileName } from "../../../domain/FileName.ts"
import { printError } from "../../Output.ts"
import { explain, type Flags, once, type Options, type Said } from "./Comparison.ts"

const isWell = ({ failed, kept }: Totals): boolean => failed === 0 && kept === 0

/** How many files there are once a comparison is done. */
const filesOf = (totals: Totals): number =>
  totals.same + totals.new + totals.changed + totals.renamed + totals.touched

/**
 * Follows the server for ever. What ends a comparison is said once, as long as it is the same. What may be deleted is
 * counted from one comparison of everything to the next, for a tree that is removed comes as many small changes.
 */
export const followMirror = Effect.fn("followMirror")(function* (
  flags: Flags,
  options: Options,
  every: Duration.Duration
) {
  const said: Said = { isAgain: false, lines: new Set() }
  const memory = makeMemory()
  let failure = ""
  let known = 0
  let deleted = 0

  const onFailure = (error: Parameters<ReturnType<typeof explain>>[0]) => {
    const { sentence } = explain(options)(error)
    const isNews = sentence !== failure && sentence !== ""
    failure = sentence
    return isNews ? printError(sentence) : Effect.void
  }

  const compareAll = Effect.gen(function* () {
    memory.forget()
    const { totals } = yield* once(flags, options, said, {})
    failure = ""
    known = filesOf(totals)
    deleted = 0
    return isWell(totals)
  })

  const compareNames = Effect.fnUntraced(function* (names: ReadonlySet<FileName>) {
    const only = { names, memory }
    const maxDelete = Option.getOrUndefined(flags.maxDelete)
    const left = Math.max(0, mostOf(maxDelete, known) - deleted)
    const { totals } = yield* once(flags, options, said, {
      only,
      maxDelete: { files: left }
    }).pipe(
      Effect.catchIf(
        (error) => error instanceof DeletionRefused,
        ({ gone }) => {
          const reason = maxDelete === undefined ? "half" : "limit"
          const refused = new DeletionRefused({ reason, gone: gone + deleted, known })
          // What else changed is brought all the same.
          return Effect.andThen(
            onFailure(refused),
            once(flags, options, said, { only, delete: false })
          )
        }
      )
    )
    deleted += totals.gone
    known += totals.new + totals.renamed
    return isWell(totals)
  })

  return yield* follow({
    connector: options.connectors.bytes,
    wait: waitWithin(Option.getOrElse(flags.timeout, () => defaultReadTimeout)),
    every,
    isAlwaysCompared: Option.isSome(flags.every),
    isSelected: makeSelected({
      patterns: flags.rest,
      exclude: flags.exclude,
      hidden: flags.hidden
    }),
    compareAll,
    compareNames,
    onFailure
  })
})
