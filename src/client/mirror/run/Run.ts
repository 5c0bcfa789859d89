/**
 * Brings a folder up to date, in an order in which nothing is lost: list, plan, copy what is here already, fetch, put in
 * place, delete, and only then write down what there is. What each step is: Plan, Fetching, Deletion, MirrorFolder; what
 * is told of them: Account, Arrivals.
 */
import { Effect } from "effect"
import * as FileName from "../../../domain/FileName.ts"
import type { Connectors } from "../../Connector.ts"
import type { SaveFailed } from "../../files/Placement.ts"
import { makeAdded } from "../Additions.ts"
import { obstacles } from "../Deletion.ts"
import { type PlacedEntry, versionOf } from "../Entries.ts"
import { prepareNamed } from "../follow/PrepareNamed.ts"
import { MirrorFolder } from "../MirrorFolder.ts"
import { Action } from "../Plan.ts"
import { type Options as PlanOptions, prepare, type Prepared } from "../Prepare.ts"
import type { Memory } from "../state/Memory.ts"
import { addStep, noTotals, type Progress, Step, stepOf, type Totals, totalsOf } from "../Step.ts"
import { makeAccount } from "./Account.ts"
import { makeArrivals } from "./Arrivals.ts"
import { copyAll, type Fetched, fetchAll, type Job, jobOf, type Sink } from "./Fetching.ts"

/** How to mirror. */
export interface Options extends PlanOptions {
  /** Where a copy of what `force` overwrites or deletes is kept; none unless given. */
  readonly backup: string | undefined
  /** Whether only the steps are told, and nothing is done. */
  readonly dryRun: boolean
  /** The only names that are compared, where they are given; `memory` is kept from one such comparison to the next. */
  readonly only?: { readonly names: ReadonlySet<FileName.FileName>; readonly memory: Memory }
  /** Called once the plan is made; `isStateUnreadable` as in Prepared. */
  readonly onPlan: (totals: Totals, isStateUnreadable: boolean) => Effect.Effect<void>
  /** Called with what was done, its files and names on disk unless the run fails; or with what would be. */
  readonly onSteps: (steps: ReadonlyArray<Step>) => Effect.Effect<void>
  readonly onProgress: (progress: Progress) => void
}

/** What will stand in the state file, as far as it is known before anything is done. */
const initialState = ({ local, state }: Prepared): Map<FileName.FileName, PlacedEntry> => {
  const next = new Map<FileName.FileName, PlacedEntry>()
  for (const [name, candidates] of state) {
    const there = local.get(name)
    const [first] = candidates
    if (there === undefined || first === undefined) continue
    next.set(name, versionOf(candidates, there) ?? first)
  }
  return next
}

const needsBytes = (action: Action): action is Job["action"] =>
  ["New", "Changed", "Renamed"].includes(action._tag)

/** Carries out a plan. */
const carryOut = Effect.fn("mirror.carryOut")(function* (
  prepared: Prepared,
  options: Options,
  connectors: Connectors
) {
  const folder = yield* MirrorFolder
  const { actions, forced, gone, vacant } = prepared
  const planned = totalsOf(prepared)
  const account = yield* makeAccount(planned.same, options.onSteps)
  const arrivals = makeArrivals(planned, options.onProgress)
  const next = initialState(prepared)
  const added = makeAdded(prepared.additions)

  const { backup } = options
  const keepCopy = (name: FileName.FileName) =>
    backup !== undefined && forced.has(name) && prepared.local.get(name)?.kind === "file"
      ? folder.backUp(name, backup)
      : Effect.void

  const sink: Sink<SaveFailed, never> = {
    finish: Effect.fnUntraced(function* (batch: ReadonlyArray<Fetched>) {
      const ready = batch.flatMap((fetched) => (fetched._tag === "Staged" ? [fetched] : []))
      if (backup !== undefined)
        yield* Effect.forEach(ready, ({ file }) => keepCopy(file.name), { discard: true })
      const outcomes = yield* folder.place(ready.map(({ file }) => file))
      for (const [index, { file, job }] of ready.entries()) {
        const outcome = outcomes[index]
        const success = stepOf(job.action)
        if (outcome === undefined || success === undefined) continue
        if (!account.settle(file.name, outcome, success)) continue
        const { addition } = job
        if (addition === undefined || !added.add(addition, file.entry))
          next.set(file.name, file.entry)
      }
      for (const fetched of batch)
        if (fetched._tag === "Failed")
          account.add(Step.Failed({ name: fetched.job.remote.name, error: fetched.error }))
      arrivals.finish(batch)
      yield* account.tell
    }),
    onReceived: arrivals.receive
  }

  const remove = Effect.fnUntraced(function* ({ name, seen }: (typeof gone)[number]) {
    yield* keepCopy(name)
    const outcome = yield* folder.remove(name, seen)
    if (account.settle(name, outcome, Step.Deleted({ name }))) next.delete(name)
  })

  for (const action of actions) {
    if (action._tag === "Same") next.set(action.name, action.entry)
    if (action._tag === "Kept") account.add(Step.Kept({ name: action.name, reason: action.reason }))
    if (action._tag === "Touched") {
      const { entry, name, seen } = action
      const outcome = yield* folder.setTime(name, seen, entry.modified)
      if (account.settle(name, outcome, Step.Touched({ name, size: entry.size })))
        next.set(name, entry)
    }
  }
  yield* account.tell

  const jobs = actions.filter(needsBytes).map((action) => jobOf(action))
  const { files: additions } = prepared.additions
  if (jobs.length + additions.length > 0) yield* folder.begin
  // First, for a file may come where such a folder is.
  yield* Effect.forEach(vacant, (name) => folder.remove(name, undefined), { discard: true })
  // All copies are made before anything is replaced or deleted: the files may have changed names in a circle.
  const { copied, missed } = yield* copyAll(jobs)
  const first = obstacles(gone, actions)
  yield* Effect.forEach(
    gone.filter(({ name }) => first.has(name)),
    remove,
    { discard: true }
  )
  if (copied.length > 0) yield* sink.finish(copied)
  const wanted = function* () {
    for (const job of jobs) if (job.action._tag !== "Renamed") yield job
    yield* missed
    for (const [index, remote] of additions.entries())
      yield jobOf(Action.New({ name: remote.name, remote, seen: undefined }), index)
  }
  yield* fetchAll(wanted(), sink, connectors)
  yield* Effect.forEach(
    gone.filter(({ name }) => !first.has(name)),
    remove,
    { discard: true }
  )
  yield* account.tell

  yield* prepared.remember(next, added)
  const totals = account.totals()
  if (totals.failed === 0) yield* folder.removeParts
  return totals
}, Effect.scoped)

/** What would be done: the steps of the plan, without those that need a permission that was not given. */
const describePlan = ({ actions, additions, gone }: Prepared): ReadonlyArray<Step> => [
  ...[
    ...actions.flatMap((action) => {
      const step = action._tag === "Gone" ? undefined : stepOf(action)
      return step === undefined ? [] : [step]
    }),
    ...additions.files.map(({ name, size }) => Step.New({ name, size }))
  ].sort((one, other) => FileName.byBytes(one.name, other.name)),
  ...gone.map(({ name }) => Step.Deleted({ name }))
]

/**
 * Mirrors once; gives what was done, or with `dryRun` what would be. Fails, with nothing changed, where the server cannot
 * be listed whole or too much would be deleted. What concerns one file only is a step.
 */
export const mirror = Effect.fn("mirror")(function* (options: Options, connectors: Connectors) {
  const { only } = options
  const prepared =
    only === undefined
      ? yield* prepare(options, connectors)
      : yield* prepareNamed(only.names, only.memory, options, connectors)
  yield* options.onPlan(totalsOf(prepared), prepared.isStateUnreadable)
  if (!options.dryRun)
    return yield* Effect.onError(carryOut(prepared, options, connectors), () =>
      Effect.sync(() => only?.memory.forget())
    )
  const steps = describePlan(prepared)
  yield* options.onSteps(steps)
  return steps.reduce(addStep, { ...noTotals, same: totalsOf(prepared).same })
})
