/**
 * The sums of the numbers of all workers. Each worker is asked when the sums are wanted, so that counting costs next to
 * nothing. How a worker is asked: Supervisor.
 */
import { Deferred, Duration, Effect } from "effect"
import { afterEnd, sum, type Totals } from "../../../telemetry/ClusterStats.ts"

/** How long a worker may take to answer; after that its last numbers are used. */
const timeout = Duration.millis(500)

/** A worker that can be asked for its numbers. */
interface Member {
  readonly request: Effect.Effect<void>
  /** The numbers of its last response. */
  latest: Totals
  /** Those who wait for its next response. */
  readonly waiting: Set<Deferred.Deferred<Totals>>
}

/** The running workers, by their number. */
export interface StatsAggregator {
  /** Adds a worker; `request` asks it for its numbers, which are handed to `report`. */
  readonly add: (worker: number, request: Effect.Effect<void>) => Effect.Effect<void>
  /** Takes the numbers that a worker has sent. */
  readonly report: (worker: number, totals: Totals) => Effect.Effect<void>
  /** Removes a worker that has exited; the counters of its last response stay in the sums. */
  readonly remove: (worker: number) => Effect.Effect<void>
  /** Asks all workers and sums their numbers; `workers` is how many have answered. */
  readonly all: Effect.Effect<Totals>
}

/** An aggregator without workers. */
export const makeStatsAggregator = (): StatsAggregator => {
  const members = new Map<number, Member>()
  let exited = sum.initialValue

  const ask = (member: Member): Effect.Effect<Totals> =>
    Effect.suspend(() => {
      const response = Deferred.makeUnsafe<Totals>()
      member.waiting.add(response)
      return Effect.andThen(member.request, Deferred.await(response)).pipe(
        Effect.ensuring(Effect.sync(() => member.waiting.delete(response)))
      )
    }).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => Effect.succeed({ ...member.latest, workers: 0 })
      })
    )

  return {
    add: (worker, request) =>
      Effect.sync(() => {
        members.set(worker, { request, latest: sum.initialValue, waiting: new Set() })
      }),
    report: (worker, totals) =>
      Effect.suspend(() => {
        const member = members.get(worker)
        if (member === undefined) return Effect.void
        member.latest = totals
        return Effect.forEach(member.waiting, (response) => Deferred.succeed(response, totals), {
          discard: true
        })
      }),
    remove: (worker) =>
      Effect.sync(() => {
        const member = members.get(worker)
        if (member !== undefined) exited = sum.combine(exited, afterEnd(member.latest))
        members.delete(worker)
      }),
    all: Effect.suspend(() =>
      Effect.map(Effect.forEach(members.values(), ask, { concurrency: "unbounded" }), (totals) =>
        sum.combineAll([exited, ...totals])
      )
    )
  }
}
