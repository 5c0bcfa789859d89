/** The numbers of all workers, asked of each when they are wanted, for counting must cost next to nothing. */
import { Deferred, Duration, Effect } from "effect"
import { afterEnd, sum, type Totals } from "../../../telemetry/ClusterStats.ts"

/** How long a worker may take to tell its numbers, before those that it told last have to do. */
const patience = Duration.millis(500)

/** A worker that can be asked. */
interface Member {
  readonly ask: Effect.Effect<void>
  /** What it told last. */
  told: Totals
  /** Who waits for what it tells next. */
  readonly waiting: Set<Deferred.Deferred<Totals>>
}

/** The workers there are, by their number. */
export interface StatsAggregator {
  /** Counts in a worker that will answer `ask`. */
  readonly enter: (worker: number, ask: Effect.Effect<void>) => Effect.Effect<void>
  /** The answer of one. */
  readonly report: (worker: number, totals: Totals) => Effect.Effect<void>
  /** Counts out one that is gone; what it had done by its last report still counts. */
  readonly leave: (worker: number) => Effect.Effect<void>
  /** Asks all of them; `workers` is how many have answered. */
  readonly all: Effect.Effect<Totals>
}

/** Nobody is there yet. */
export const makeStatsAggregator = (): StatsAggregator => {
  const members = new Map<number, Member>()
  let gone = sum.initialValue

  const question = (member: Member): Effect.Effect<Totals> =>
    Effect.suspend(() => {
      const answer = Deferred.makeUnsafe<Totals>()
      member.waiting.add(answer)
      return Effect.andThen(member.ask, Deferred.await(answer)).pipe(
        Effect.ensuring(Effect.sync(() => member.waiting.delete(answer)))
      )
    }).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.succeed({ ...member.told, workers: 0 })
      })
    )

  return {
    enter: (worker, ask) =>
      Effect.sync(() => {
        members.set(worker, { ask, told: sum.initialValue, waiting: new Set() })
      }),
    report: (worker, totals) =>
      Effect.suspend(() => {
        const member = members.get(worker)
        if (member === undefined) return Effect.void
        member.told = totals
        return Effect.forEach(member.waiting, (answer) => Deferred.succeed(answer, totals), {
          discard: true
        })
      }),
    leave: (worker) =>
      Effect.sync(() => {
        const member = members.get(worker)
        if (member !== undefined) gone = sum.combine(gone, afterEnd(member.told))
        members.delete(worker)
      }),
    all: Effect.suspend(() =>
      Effect.map(Effect.forEach(members.values(), question, { concurrency: "unbounded" }), (told) =>
        sum.combineAll([gone, ...told])
      )
    )
  }
}
