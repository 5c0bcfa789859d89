/** Collects the smallest of any number of names, sorted; no call takes more than some 10 ms. */
import { byBytes } from "../../domain/FileName.ts"

/** Collects names one by one. */
export interface TopNames<Name extends string> {
  readonly add: (name: Name) => void
  /** The smallest of the names so far, sorted by their UTF-8 bytes. */
  readonly take: () => ReadonlyArray<Name>
}

/** Sorting this many names and merging them into 100,000 takes about 10 ms, which block the event loop. */
const runLength = 4096

const merge = <Name extends string>(
  left: ReadonlyArray<Name>,
  right: ReadonlyArray<Name>,
  limit: number
): ReadonlyArray<Name> => {
  const merged: Array<Name> = []
  let leftIndex = 0
  let rightIndex = 0
  while (merged.length < limit) {
    const first = left[leftIndex]
    const second = right[rightIndex]
    if (first !== undefined && (second === undefined || byBytes(first, second) <= 0)) {
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

/** A collector of at most `limit` names. */
export const makeTopNames = <Name extends string>(limit: number): TopNames<Name> => {
  let sorted: ReadonlyArray<Name> = []
  let run: Array<Name> = []

  const take = () => {
    sorted = merge(sorted, run.sort(byBytes), limit)
    run = []
    return sorted
  }

  const add = (name: Name) => {
    const last = sorted.length === limit ? sorted.at(-1) : undefined
    if (last !== undefined && byBytes(name, last) >= 0) return
    run.push(name)
    if (run.length === runLength) take()
  }

  return { add, take }
}
