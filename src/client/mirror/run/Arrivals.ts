/** How far the files of a run are: those that are done with, and the bytes of those that are under way. */
import type { Progress, Totals } from "../Step.ts"
import type { Fetched, Job } from "./Fetching.ts"

/** What has arrived. */
export interface Arrivals {
  /** So many bytes of a large file are there. */
  readonly receive: (job: Job, received: number) => void
  /** These files are done with. */
  readonly finish: (batch: ReadonlyArray<Fetched>) => void
}

/** Nothing yet of what is `planned`. */
export const makeArrivals = (
  planned: Totals,
  onProgress: (progress: Progress) => void
): Arrivals => {
  const totalFiles = planned.new + planned.changed + planned.renamed
  const underWay = new Map<Job, number>()
  let files = 0
  let finishedBytes = 0

  const report = (): void => {
    let received = finishedBytes
    for (const part of underWay.values()) received += part
    onProgress({ files, totalFiles, received, total: planned.bytes })
  }

  return {
    receive: (job, received) => {
      underWay.set(job, received)
      report()
    },
    finish: (batch) => {
      for (const { job } of batch) {
        files += 1
        underWay.delete(job)
        if (job.action._tag !== "Renamed") finishedBytes += job.remote.size
      }
      report()
    }
  }
}
