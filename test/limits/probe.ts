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

process.on("message", (message) => {
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
