/**
 * Loaded into a process of the program beside it (`--import`): tells on request how much processor time the longest turn
 * of the event loop took since it was last asked, and what the process holds after a collection of garbage. Processor
 * time, for other programs of the machine take none of it. The program knows nothing of it.
 */
import { memoryInUse } from "../Heap.ts"

/** What is told. */
export interface Told {
  /** In milliseconds, of the program's own thread. */
  readonly longestTurn: number
  /** What JavaScript holds in its heap and outside of it, in bytes. */
  readonly held: number
}

let longest = 0
let before = process.threadCpuUsage()
const turn = (): void => {
  const { system, user } = process.threadCpuUsage(before)
  longest = Math.max(longest, (system + user) / 1000)
  before = process.threadCpuUsage()
  setImmediate(turn)
}
setImmediate(turn)

process.on("message", () => {
  const longestTurn = longest
  const told: Told = { longestTurn, held: memoryInUse() }
  longest = 0
  before = process.threadCpuUsage()
  process.send?.(told)
})
// The program alone decides when the process ends.
process.channel?.unref()
