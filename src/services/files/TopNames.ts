/** Collects the first of any number of things in an order, sorted; no call takes more than some 10 ms. */
import type { Order } from "effect"
import { byBytes } from "../../domain/FileName.ts"

/** Collects things one by one. */
export interface Top<A> {
  readonly add: (one: A) => void
  /** The first of those that were added so far, sorted. */
  readonly take: () => ReadonlyArray<A>
}

/** Sorting this many names and merging them into 100,000 takes about 10 ms, which block the event loop. */
const runLength = 4096

const merge = <A>(
  left: ReadonlyArray<A>,
  right: ReadonlyArray<A>,
  limit: number,
  order: Order.Order<A>
): ReadonlyArray<A> => {
  const merged: Array<A> = []
  let leftIndex = 0
  let rightIndex = 0
  while (merged.length < limit) {
    const first = left[leftIndex]
    const second = right[rightIndex]
    if (first !== undefined && (second === undefined || order(first, second) <= 0)) {
      merged.push(first)
      leftIndex += 1
    } else if (second !== undefined) {
      merged.push(second)
      rightIndex += 1
    } else {
      break
    }
  }
  return merged
}

/** A collector of at most `limit` things, the first in `order`. */
export const makeTop = <A extends {}>(limit: number, order: Order.Order<A>): Top<A> => {
  let sorted: ReadonlyArray<A> = []
  let run: Array<A> = []

  const take = () => {
    sorted = merge(sorted, run.sort(order), limit, order)
    run = []
    return sorted
  }

  const add = (one: A) => {
    const last = sorted.length === limit ? sorted.at(-1) : undefined
    if (last !== undefined && order(one, last) >= 0) return
    run.push(one)
    if (run.length === runLength) take()
  }

  return { add, take }
}

/** A collector of at most `limit` names, the first by their UTF-8 bytes. */
export const makeTopNames = <Name extends string>(limit: number): Top<Name> =>
  makeTop<Name>(limit, byBytes)
