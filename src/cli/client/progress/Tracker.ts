/**
 * Adds up the events of a request to what is shown of it: how many files, how many bytes, how fast, how long still. Reads no
 * clock and writes nothing; that is ProgressLines.
 */
import type { Progress } from "../../../client/files/Progress.ts"

/** Over how long the rate is measured, in milliseconds. */
const rateSpan = 5000

/** The least time between two samples of it, in milliseconds. */
const sampleSpan = 200

/** A large file that is under way. */
export interface Current {
  readonly name: string
  readonly phase: "comparing" | "receiving" | "verifying"
  /** In bytes, including those of an earlier run. */
  readonly received: number
  readonly size: number
  /** How long its phase has lasted, in seconds. */
  readonly seconds: number
}

/** What is shown at one moment. */
export interface Snapshot {
  readonly found: number
  readonly finished: number
  /** Bytes that this run has received. */
  readonly received: number
  /** Bytes a second over the last seconds; `undefined` until it can be told. */
  readonly rate: number | undefined
  /** Seconds until all files that were found are fetched, as far as can be told. */
  readonly left: number | undefined
  /** The large file of which bytes came last; before any came, the one that began first. */
  readonly current: Current | undefined
}

interface Active {
  phase: Current["phase"]
  began: number
  /** Bytes that an earlier run had received; `undefined` until it is known. */
  resumedFrom: number | undefined
  received: number
  size: number
}

/** Adds events up. Times are of a monotonic clock, in milliseconds. */
export interface Tracker {
  readonly add: (progress: Progress, now: number) => void
  readonly snapshot: (now: number) => Snapshot
}

/** A tracker of one request. */
export const makeTracker = (): Tracker => {
  const active = new Map<string, Active>()
  let lastMoved = ""
  let began: number | undefined
  let found = 0
  let finished = 0
  /** Of files that are finished. */
  let receivedBefore = 0
  let samples: ReadonlyArray<{ readonly at: number; readonly received: number }> = []

  const received = () => {
    let sum = receivedBefore
    for (const file of active.values()) sum += file.received - (file.resumedFrom ?? file.received)
    return sum
  }

  const sample = (now: number) => {
    const last = samples.at(-1)
    if (last !== undefined && now - last.at < sampleSpan) return
    samples = [
      ...samples.filter(({ at }) => now - at <= rateSpan),
      { at: now, received: received() }
    ]
  }

  const add = (progress: Progress, now: number) => {
    began ??= now
    switch (progress._tag) {
      case "Found":
        found += progress.files
        break
      case "Advanced": {
        const { name, phase, received, size } = progress
        const file = active.get(name)
        if (phase !== "receiving" || received > (file?.received ?? received)) lastMoved = name
        const resumedFrom = file?.resumedFrom ?? (phase === "receiving" ? received : undefined)
        active.set(name, {
          phase,
          began: file?.phase === phase ? file.began : now,
          resumedFrom,
          received,
          size
        })
        break
      }
      case "Finished":
        active.delete(progress.name)
        finished += 1
        receivedBefore += progress.received
    }
    sample(now)
  }

  const rateAt = (now: number): number | undefined => {
    const first = samples.find(({ at }) => now - at <= rateSpan)
    if (first === undefined || now - first.at < sampleSpan) return undefined
    return ((received() - first.received) / (now - first.at)) * 1000
  }

  const snapshot = (now: number): Snapshot => {
    const rate = rateAt(now)
    const [first] = active.keys()
    const name = active.has(lastMoved) ? lastMoved : first
    const file = name === undefined ? undefined : active.get(name)
    const current =
      name === undefined || file === undefined
        ? undefined
        : {
            name,
            phase: file.phase,
            received: file.received,
            size: file.size,
            seconds: (now - file.began) / 1000
          }
    const ofCurrent =
      current?.phase === "receiving" && rate !== undefined && rate > 0
        ? (current.size - current.received) / rate
        : undefined
    // The sizes of files that are still to come are not known: they take as long as those before, on the average.
    const ofOthers =
      finished === 0 || began === undefined
        ? undefined
        : ((now - began) / 1000 / finished) * (found - finished)
    const left = [ofCurrent, ofOthers].filter((seconds) => seconds !== undefined)
    return {
      found,
      finished,
      received: received(),
      rate,
      left: left.length === 0 ? undefined : Math.max(...left),
      current
    }
  }

  return { add, snapshot }
}
