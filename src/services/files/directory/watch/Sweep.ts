/**
 * Something that is looked at again and again, for nothing tells of its changes. It takes a tenth of the thread's time at
 * most, however much there is to look at. It runs in the watching thread (Disk).
 */

/** A sweep. */
export interface Sweep {
  /** Makes it again, if it is time. */
  readonly tick: () => void
  /** The one under way was given up. */
  readonly reset: () => void
}

/** A sweep that is made by `work` at most every so many milliseconds; `schedule` has it done. */
export const makeSweep = (
  least: number,
  work: () => Generator<void>,
  schedule: (some: Generator<void>) => void,
  now: () => number
): Sweep => {
  const pauses = 9
  let due = 0
  let isUnderWay = false

  function* sweep(): Generator<void> {
    let spent = 0
    let begin = now()
    for (const _ of work()) {
      spent += now() - begin
      yield
      begin = now()
    }
    due = now() + Math.max(least, pauses * (spent + now() - begin))
    isUnderWay = false
  }

  return {
    reset: () => {
      isUnderWay = false
    },
    tick: () => {
      if (isUnderWay || now() < due) return
      isUnderWay = true
      schedule(sweep())
    }
  }
}
