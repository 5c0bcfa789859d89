/**
 * Loaded into the server's process beside it (`--import`): tells how much processor time a turn of its event loop took at
 * the longest since it was last asked. Processor time, for other programs of the machine take none of it, and a server
 * waits for nothing else while it holds everybody. Where it is asked to, it has all garbage collected, and what that
 * leaves free returned to the system. The program knows nothing of it.
 */

/** Looks every millisecond, in which short turns may have taken as much. In milliseconds. */
const resolution = 1

let longest = 0
let before = process.threadCpuUsage()
setInterval(() => {
  const { system, user } = process.threadCpuUsage(before)
  longest = Math.max(longest, (system + user) / 1000 - resolution)
  before = process.threadCpuUsage()
}, resolution).unref()

/**
 * The process rests when for so long its threads used less than a tenth of a processor, and its event loop waited for nine
 * tenths: a loop that is kept from the processor waits for nothing. In milliseconds.
 */
const span = 20

/** Tells once the process rests: what was read is let go of, or written, a moment after it was answered. */
const tellAtRest = (tries = 1500): void => {
  if (tries === 0) throw new Error("the server did not rest within half a minute")
  const used = process.cpuUsage()
  const turned = performance.eventLoopUtilization()
  setTimeout(() => {
    const { system, user } = process.cpuUsage(used)
    const isBusy = (system + user) / 1000 > span / 10
    if (isBusy || performance.eventLoopUtilization(turned).utilization > 0.1) tellAtRest(tries - 1)
    else process.send?.("rests")
  }, span)
}

process.on("message", (message) => {
  if (message === "rest") return tellAtRest()
  // There where the server was started with `--expose-gc`; the last resort keeps no free pages for later.
  if (message === "collect") globalThis.gc?.({ type: "major", flavor: "last-resort" })
  // The loop has turned since: what held it until now is told as well.
  setTimeout(() => {
    process.send?.(longest)
    longest = 0
  }, 3 * resolution)
})
// The program alone decides when the process ends.
process.channel?.unref()
