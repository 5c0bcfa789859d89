/** Processes of this machine, as /proc shows them. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** The children of a process, the oldest first. */
export const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((word) => word !== "")
    .map(Number)

/** Whether a process has ended, though nobody may have asked how (proc(5), stat: Z). */
export const isGone = (pid: number): boolean => {
  try {
    return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return true
  }
}

/** How many sockets a process has open. */
export const socketsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:")
    } catch {
      // Closed meanwhile.
      return false
    }
  }).length

/** The processor time that a process has used, in seconds; the unit is a hundredth on every Linux (proc(5), stat). */
export const processorSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
  const [user, system] = fields.slice(11, 13)
  return (Number(user) + Number(system)) / 100
}
