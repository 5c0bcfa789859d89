/** Merges sorted runs into one, however many and long they are, in turns of about a millisecond. */
import { Effect, type Order } from "effect"

/** How many steps are done in a turn: a comparison of two names takes 100 to 200 ns. */
const stepsAtOnce = 8192

/** Two runs as one; yields after so many steps, which `count` counts on from one merge to the next. */
const merge = function* <A>(
  left: ReadonlyArray<A>,
  right: ReadonlyArray<A>,
  order: Order.Order<A>,
  count: { steps: number }
): Generator<void, ReadonlyArray<A>> {
  const merged: Array<A> = []
  let leftIndex = 0
  let rightIndex = 0
  for (;;) {
    const first = left[leftIndex]
    const second = right[rightIndex]
    if (first === undefined || second === undefined) break
    if (order(first, second) <= 0) {
      merged.push(first)
      leftIndex += 1
    } else {
      merged.push(second)
      rightIndex += 1
    }
    if (++count.steps % stepsAtOnce === 0) yield
  }
  // Copied whole, which takes a hundredth of what comparing takes.
  return merged.concat(left.slice(leftIndex), right.slice(rightIndex))
}

const mergeAll = function* <A>(
  runs: ReadonlyArray<ReadonlyArray<A>>,
  order: Order.Order<A>
): Generator<void, ReadonlyArray<A>> {
  const count = { steps: 0 }
  let merged = runs
  while (merged.length > 1) {
    const next: Array<ReadonlyArray<A>> = []
    for (let index = 0; index < merged.length; index += 2) {
      next.push(yield* merge(merged[index] ?? [], merged[index + 1] ?? [], order, count))
    }
    merged = next
  }
  return merged[0] ?? []
}

/** The elements of these runs, each sorted by `order`, sorted by it. Yields to other fibers. */
export const mergeRuns = <A extends {}>(
  runs: ReadonlyArray<ReadonlyArray<A>>,
  order: Order.Order<A>
): Effect.Effect<ReadonlyArray<A>> =>
  Effect.gen(function* () {
    const merging = mergeAll(runs, order)
    for (;;) {
      const turn = merging.next()
      if (turn.done === true) return turn.value
      yield* Effect.yieldNow
    }
  })
