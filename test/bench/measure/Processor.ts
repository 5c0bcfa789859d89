/**
 * The processors' time that work takes, from Linux's /proc: what a person pays for, and what another program on the
 * machine changes little. A server's is its own, with its threads and its children; so is that of the load, which tells
 * whether it is the load that was measured.
 */
import { Duration, Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import type { Sample, Trouble } from "../Row.ts"
import type { Peer } from "./Process.ts"

/** Ticks a second of the times in /proc/PID/stat (proc(5), USER_HZ), the same on every Linux that Node runs on. */
const ticks = 100

/** Fields of /proc/PID/stat (proc(5)): the time of a process and its threads, and that of its children that ended. */
const own = [14, 15]
const ofEnded = [16, 17]

type Process = number | "self"

/** The sum of these times of a process, in microseconds. */
const times = (pid: Process, fields: ReadonlyArray<number>): number => {
  // The name of the program, the second field, stands in parentheses and may hold anything.
  const values = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
  const sum = fields.reduce((sum, field) => sum + Number(values[field - 3]), 0)
  return (sum / ticks) * 1e6
}

/** The children that a process has now. */
const childrenOf = (pid: number): ReadonlyArray<number> =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    (readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").match(/\d+/g) ?? []).map(Number)
  )

/** The time of a process and all that descend from it, those that ended included, in microseconds. */
const treeTime = (pid: number): number =>
  childrenOf(pid).reduce((sum, child) => sum + treeTime(child), times(pid, [...own, ...ofEnded]))

/** By how much a time grows while this runs. */
const growth = <A, E, R>(
  time: () => number,
  work: Effect.Effect<A, E, R>
): Effect.Effect<readonly [grown: number, result: A], E, R> =>
  Effect.gen(function* () {
    const before = time()
    const result = yield* work
    return [time() - before, result] as const
  })

/** The processors' time of our own children that end while this runs, in microseconds, and what comes of it. */
const timeOfEnded = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  growth(() => times("self", ofEnded), work)

/** What a load says when it is done: the figure of the row, and how many units of work it had the server do. */
export interface Done {
  readonly figure: number
  readonly amount: number
}

/**
 * Has a load ask a server, and weighs both: the server's time for a unit of the work, and how many cores the load kept
 * busy. The load is what we start and see end meanwhile, unless it is a process that goes on.
 */
export const weigh = (
  { pid }: Peer,
  load: Effect.Effect<Done, Trouble>,
  loadProcess?: number
): Effect.Effect<Sample, Trouble> =>
  Effect.gen(function* () {
    const asking =
      loadProcess === undefined ? timeOfEnded(load) : growth(() => treeTime(loadProcess), load)
    const [took, [processor, [ofLoad, { amount, figure }]]] = yield* Effect.timed(
      growth(() => treeTime(pid), asking)
    )
    return {
      figure,
      processor: processor / amount,
      load: ofLoad / 1000 / Duration.toMillis(took)
    }
  })

/** Runs what ends by itself so often, a figure each; the processors' time is that of one run. */
export const weighRuns = (
  run: Effect.Effect<number, Trouble>,
  times = 1
): Effect.Effect<Sample, Trouble> =>
  Effect.map(
    timeOfEnded(Effect.forEach(Array.from({ length: times }), () => run)),
    ([all, figures]) => ({
      figure: figures.reduce((sum, figure) => sum + figure, 0) / times,
      processor: all / times
    })
  )
