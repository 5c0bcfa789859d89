/** What a run has done: counted at once, and told once the names are on disk. */
import { Effect, type Scope } from "effect"
import type { FileName } from "../../../domain/FileName.ts"
import { SaveFailed } from "../../files/Placement.ts"
import { MirrorFolder, type Outcome } from "../MirrorFolder.ts"
import { addStep, noTotals, Step, type Totals } from "../Step.ts"

/** The account of a run. */
export interface Account {
  /** Adds a step. */
  readonly add: (step: Step) => void
  /** Adds what came of a name, which is this step if it was done; whether it was. */
  readonly settle: (name: FileName, outcome: Outcome, success: Step) => boolean
  /** Tells of what was done and not told yet, once its names are on disk. */
  readonly tell: Effect.Effect<void, SaveFailed>
  /** How much was done of each kind. */
  readonly totals: () => Totals
}

/** An account of nothing but `same` files that need nothing. What was added is told by the end of the scope at the latest. */
export const makeAccount = Effect.fnUntraced(function* (
  same: number,
  onSteps: (steps: ReadonlyArray<Step>) => Effect.Effect<void>
): Effect.fn.Return<Account, never, MirrorFolder | Scope.Scope> {
  const folder = yield* MirrorFolder
  let totals: Totals = { ...noTotals, same }
  let untold: Array<Step> = []

  const add = (step: Step): void => {
    totals = addStep(totals, step)
    untold.push(step)
  }
  const tellSteps = Effect.suspend(() => {
    const steps = untold
    untold = []
    return steps.length === 0 ? Effect.void : onSteps(steps)
  })
  const tell = Effect.suspend(() =>
    untold.length === 0 ? Effect.void : Effect.andThen(folder.syncNames, tellSteps)
  )
  // What was done is told though something fails behind it, syncing too.
  yield* Effect.addFinalizer(() => Effect.ensuring(Effect.ignore(tell), tellSteps))

  return {
    add,
    settle: (name, outcome, success) => {
      if (outcome._tag === "Done") add(success)
      else if (outcome._tag === "ChangedMeanwhile")
        add(Step.Kept({ name, reason: "changedMeanwhile" }))
      else {
        const error = new SaveFailed({ path: folder.pathOf(name), cause: outcome.cause })
        add(Step.Failed({ name, error }))
      }
      return outcome._tag === "Done"
    },
    tell,
    totals: () => totals
  }
})
