/**
 * Goes through the files of a shared folder in slices of 2 ms, between which the event loop turns. What is asked of them is
 * left to FileIndex, the order of folders and names to IndexWalk.
 */
import { type Clock, Effect, type Scope, Semaphore } from "effect"
import { StoreUnavailable } from "../../../../domain/Errors.ts"
import * as Monotonic from "../../../../domain/Monotonic.ts"
import type { LogOnce } from "../LogOnce.ts"
import { requireRoot, type SharedFolder } from "../SharedFolder.ts"
import type { Folders } from "./Folders.ts"
import { IndexWalk, type Range, type Run } from "./IndexWalk.ts"
import { makeLinkRules } from "./Links.ts"

/** Takes files as they are found, in order; `true` where it wants no more. */
export type Take = (run: Run) => boolean

/** Ways through the files of a range. `longestRun`: how many files are passed on at a time, at most. */
export interface IndexVisits {
  /** Passes the files to `take`. A visit that takes more than one slice waits for its place among those. */
  readonly visit: (
    range: Range,
    take: Take,
    longestRun: number
  ) => Effect.Effect<void, StoreUnavailable>
  /** Waits for such a place, and has it until the scope closes; gives what goes on, from where it stood, until `take` stops it. */
  readonly beginVisit: (
    range: Range,
    longestRun: number
  ) => Effect.Effect<
    (take: Take) => Effect.Effect<void, StoreUnavailable>,
    StoreUnavailable,
    Scope.Scope
  >
}

/** How long a question is worked on before the event loop turns, in milliseconds. */
const slice = 2

/** How many questions that take more than one slice are answered at a time. Others wait, with the results of one slice. */
const mostWalks = 2

/** Why the store does not answer. */
export const unavailable = (cause: unknown): StoreUnavailable =>
  cause instanceof StoreUnavailable ? cause : new StoreUnavailable({ cause })

/**
 * Continues a walk until it ends or `take` returns `true` (both return `true`), or until `isOver` (`false`). Returns the
 * effect that the walk needs run before it can continue, if it does.
 */
const goOn = (
  walk: IndexWalk,
  take: Take,
  isOver: () => boolean
): boolean | Effect.Effect<void, StoreUnavailable> => {
  for (;;) {
    const step = walk.step()
    if (step === undefined) return true
    if (Effect.isEffect(step)) return step
    if (step.to > step.from && take(step)) return true
    if (isOver()) return false
  }
}

/** Visits of the folder whose names these are. */
export const makeIndexVisits = (
  folder: SharedFolder,
  folders: Folders,
  clock: Clock.Clock,
  log: LogOnce
): IndexVisits => {
  const walks = Semaphore.makeUnsafe(mostWalks)

  /** Continues a walk for one slice; `true` once it is done. */
  const workOn = (walk: IndexWalk, take: Take): Effect.Effect<boolean, StoreUnavailable> =>
    Effect.suspend(() => {
      const end = Monotonic.nowUnsafe(clock) + slice
      const isOver = () => Monotonic.nowUnsafe(clock) >= end
      const resume = (): Effect.Effect<boolean, StoreUnavailable> => {
        try {
          const went = goOn(walk, take, isOver)
          return Effect.isEffect(went)
            ? Effect.flatMap(went, () => (isOver() ? Effect.succeed(false) : resume()))
            : Effect.succeed(went)
        } catch (cause) {
          return Effect.fail(unavailable(cause))
        }
      }
      return resume()
    })

  const untilDone = (walk: IndexWalk, take: Take): Effect.Effect<void, StoreUnavailable> =>
    Effect.flatMap(workOn(walk, take), (isDone) =>
      isDone ? Effect.void : Effect.andThen(Effect.yieldNow, untilDone(walk, take))
    )

  const begin = (range: Range, longestRun: number): Effect.Effect<IndexWalk, StoreUnavailable> =>
    Effect.try({
      try: () => {
        const root = requireRoot(folder)
        const rules = makeLinkRules(folder, root, folders, (walk) => untilDone(walk, () => false))
        return new IndexWalk(folders, rules, { name: "", path: root }, range, longestRun)
      },
      catch: unavailable
    })

  const visit: IndexVisits["visit"] = (range, take, longestRun) =>
    Effect.flatMap(begin(range, longestRun), (walk) =>
      Effect.flatMap(workOn(walk, take), (isDone) =>
        isDone
          ? Effect.void
          : Semaphore.withPermit(walks, Effect.andThen(Effect.yieldNow, untilDone(walk, take)))
      )
    ).pipe(Effect.ensuring(log.flush))

  const beginVisit: IndexVisits["beginVisit"] = (range, longestRun) =>
    Effect.andThen(
      Semaphore.takeScoped(walks, 1),
      Effect.map(begin(range, longestRun), (walk) => (take: Take) => untilDone(walk, take))
    )

  return { visit, beginVisit }
}
