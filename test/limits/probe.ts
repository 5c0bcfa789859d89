/**
 * Loaded into the server's process beside it (`--import`): tells how long its event loop was held at the longest since
 * it was last asked. The program knows nothing of it.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"

/** Looks every millisecond; what is told is how much later than that it came to look, in milliseconds. */
const resolution = 1
const delays = monitorEventLoopDelay({ resolution })
delays.enable()

process.on("message", () => {
  // The loop has turned since: what held it until now is told as well.
  setTimeout(() => {
    const longest = delays.max / 1e6 - resolution
    delays.reset()
    process.send?.(Math.max(0, longest))
  }, 3 * resolution)
})
// The program alone decides when the process ends.
process.channel?.unref()
