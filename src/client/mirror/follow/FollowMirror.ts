/**
 * A mirror that follows: compares everything, and then the names that changes are about. How one comparison is made, and
 * what is said of it, is the caller's affair; when, Follow's. What may be deleted is counted here from one comparison of
 * everything to the next, for a tree that is removed comes as many small changes.
 */
import { type Duration, Effect } from "effect"
import type { FileName } from "../../../domain/FileName.ts"
import type { FollowError } from "../../changes/RemoteChanges.ts"
import type { Connector } from "../../Connector.ts"
import { DeletionRefused, type MaxDelete, mostOf } from "../Deletion.ts"
import { makeSelected, type Selection } from "../Manifest.ts"
import type { Options as MirrorOptions } from "../run/Run.ts"
import { makeMemory } from "../state/Memory.ts"
import type { Step, Totals } from "../Step.ts"
import { defaultInterval, follow } from "./Follow.ts"

/** What of a comparison is other than asked for; `onSteps` is called beside what it has itself. */
export type Narrowed = Partial<Pick<MirrorOptions, "only" | "maxDelete" | "delete" | "onSteps">>

/** The options of one comparison, of which all steps are told to both. */
export const narrow = (
  options: MirrorOptions,
  { onSteps, ...narrowed }: Narrowed
): MirrorOptions => ({
  ...options,
  ...narrowed,
  onSteps:
    onSteps === undefined
      ? options.onSteps
      : (steps) => Effect.andThen(onSteps(steps), options.onSteps(steps))
})

/** What to follow, and how. */
export interface Options<E, R> {
  readonly connector: Connector
  /** As in Follow. */
  readonly wait: number
  /** How often everything is compared; unless given, as often as Follow does, and only where it has to be. */
  readonly every: Duration.Duration | undefined
  readonly selection: Selection
  readonly maxDelete: MaxDelete | undefined
  /** Mirrors once. */
  readonly compare: (narrowed: Narrowed) => Effect.Effect<Totals, E, R>
  /** Called with what ended a comparison, which is tried again, and with `DeletionRefused` where the rest of it is done. */
  readonly onFailure: (
    error: NoInfer<E> | DeletionRefused | FollowError
  ) => Effect.Effect<void, never, R>
}

const isWell = ({ failed, kept }: Totals): boolean => failed === 0 && kept === 0

/** How many files there are once a comparison is done. */
const filesOf = (totals: Totals): number =>
  totals.same + totals.new + totals.changed + totals.renamed + totals.touched

/** Follows the server for ever. */
export const followMirror = <E, R>(options: Options<E, R>): Effect.Effect<never, never, R> => {
  const { compare, connector, every, maxDelete, onFailure, selection, wait } = options
  const memory = makeMemory()
  let known = 0
  let deleted = 0

  const compareAll = Effect.gen(function* () {
    memory.forget()
    const totals = yield* compare({})
    known = filesOf(totals)
    deleted = 0
    return isWell(totals)
  })

  /** Counted as it is done: what fails behind it does not undo it. */
  const count = (steps: ReadonlyArray<Step>) =>
    Effect.sync(() => {
      for (const { _tag } of steps) {
        if (_tag === "Deleted") deleted += 1
        if (_tag === "New" || _tag === "Renamed") known += 1
      }
    })

  const compareNames = Effect.fnUntraced(function* (names: ReadonlySet<FileName>) {
    const some: Narrowed = { only: { names, memory }, onSteps: count }
    const left = Math.max(0, mostOf(maxDelete, known) - deleted)
    return yield* compare({ ...some, maxDelete: { files: left } }).pipe(
      Effect.map(isWell),
      Effect.catchIf(
        (error) => error instanceof DeletionRefused,
        ({ gone }) => {
          const reason = maxDelete === undefined ? "half" : "limit"
          const refused = new DeletionRefused({ reason, gone: gone + deleted, known })
          // What else changed is brought all the same, and all is compared anew before long, by which the count begins anew.
          const others = compare({ ...some, delete: false })
          return Effect.as(Effect.andThen(onFailure(refused), others), false)
        }
      )
    )
  })

  return follow({
    connector,
    wait,
    every: every ?? defaultInterval,
    isAlwaysCompared: every !== undefined,
    isSelected: makeSelected(selection),
    compareAll,
    compareNames,
    onFailure
  })
}
