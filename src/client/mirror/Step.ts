/** What a mirror tells of its work: what came of each file, the totals of the plan and of the run, how far it is. */
import { Data } from "effect"
import type { FileError } from "../Result.ts"
import type { Additions } from "./Additions.ts"
import { Action, type KeptReason } from "./Plan.ts"

/** What was done with one file, or would be. */
export type Step = Data.TaggedEnum<{
  New: { readonly name: string; readonly size: number }
  Changed: { readonly name: string; readonly size: number }
  /** Its bytes were those of `from`, and were copied here. */
  Renamed: { readonly name: string; readonly size: number; readonly from: string }
  /** Only its time was not the server's. */
  Touched: { readonly name: string; readonly size: number }
  Deleted: { readonly name: string }
  /** It was left alone. `changedMeanwhile`: somebody changed it during the run. */
  Kept: { readonly name: string; readonly reason: KeptReason | "changedMeanwhile" }
  Failed: { readonly name: string; readonly error: FileError }
}>
/** Constructors of `Step`. */
export const Step = Data.taggedEnum<Step>()

/** How many files a plan or a run has of each kind. */
export interface Totals {
  readonly same: number
  readonly new: number
  readonly changed: number
  readonly renamed: number
  readonly touched: number
  /** In a plan: what the server has no longer. In a run: what was deleted. */
  readonly gone: number
  readonly kept: number
  readonly failed: number
  /** In bytes: what has to be fetched, or what was. */
  readonly bytes: number
}

/** How far a run is. */
export interface Progress {
  readonly files: number
  readonly totalFiles: number
  /** In bytes. */
  readonly received: number
  /** In bytes. */
  readonly total: number
}

/** No files. */
export const noTotals: Totals = {
  same: 0,
  new: 0,
  changed: 0,
  renamed: 0,
  touched: 0,
  gone: 0,
  kept: 0,
  failed: 0,
  bytes: 0
}

/** The step that an action becomes where nothing goes wrong; `undefined` where nothing is done. */
export const stepOf = (action: Action): Step | undefined =>
  Action.$match(action, {
    Same: () => undefined,
    New: ({ name, remote: { size } }) => Step.New({ name, size }),
    Changed: ({ name, remote: { size } }) => Step.Changed({ name, size }),
    Renamed: ({ from, name, remote: { size } }) => Step.Renamed({ name, size, from }),
    Touched: ({ entry: { size }, name }) => Step.Touched({ name, size }),
    Gone: ({ name }) => Step.Deleted({ name }),
    Kept: ({ name, reason }) => Step.Kept({ name, reason })
  })

/** Whether there is, or was, nothing to do. */
export const isIdle = ({ bytes, same: _, ...counts }: Totals): boolean =>
  bytes === 0 && Object.values(counts).every((count) => count === 0)

/** Adds a step to totals. */
export const addStep = (totals: Totals, step: Step): Totals =>
  Step.$match(step, {
    New: ({ size }) => ({ ...totals, new: totals.new + 1, bytes: totals.bytes + size }),
    Changed: ({ size }) => ({ ...totals, changed: totals.changed + 1, bytes: totals.bytes + size }),
    Renamed: () => ({ ...totals, renamed: totals.renamed + 1 }),
    Touched: () => ({ ...totals, touched: totals.touched + 1 }),
    Deleted: () => ({ ...totals, gone: totals.gone + 1 }),
    Kept: () => ({ ...totals, kept: totals.kept + 1 }),
    Failed: () => ({ ...totals, failed: totals.failed + 1 })
  })

/** The totals of a plan. `settledCount`: how many files need none. */
export const totalsOf = ({
  actions,
  additions,
  settledCount
}: {
  readonly actions: ReadonlyArray<Action>
  readonly additions: Additions
  readonly settledCount: number
}): Totals =>
  actions.reduce(
    (totals, action) => {
      const step = stepOf(action)
      return step === undefined ? { ...totals, same: totals.same + 1 } : addStep(totals, step)
    },
    { ...noTotals, same: settledCount, new: additions.files.length, bytes: additions.bytes }
  )
