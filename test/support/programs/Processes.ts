/** Processes of this machine, as /proc shows them. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import { constants } from "node:os"

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

/** Whether a process has a handler for this signal (proc(5), status: a bit for each, the first for signal 1). */
export const catches = (pid: number, signal: NodeJS.Signals): boolean => {
  const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return ((BigInt(`0x${mask ?? 0}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
}

/** The sockets that a process has open, as `socket:[inode]`. */
const openSockets = (pid: number): ReadonlyArray<string> =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const leadsTo = readlinkSync(`/proc/${pid}/fd/${fd}`)
      return leadsTo.startsWith("socket:") ? [leadsTo] : []
    } catch {
      // Closed meanwhile.
      return []
    }
  })

/** How many descriptors a process has open. */
export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** How many sockets a process has open. */
export const socketsOf = (pid: number): number => openSockets(pid).length

/** The port at which a process listens on IPv4, if it does (proc(5), /proc/net/tcp: state 0A, numbers in hex). */
export const listeningPort = (pid: number): number | undefined => {
  const sockets = new Set(openSockets(pid))
  for (const line of readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n").slice(1)) {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/)
    if (state === "0A" && sockets.has(`socket:[${inode}]`)) {
      return Number.parseInt(local.slice(local.indexOf(":") + 1), 16)
    }
  }
  return undefined
}

/** The memory of a process that is in use now (`VmRSS`), or was at most (`VmHWM`; proc(5), status), in bytes. */
export const memoryOf = (pid: number, field: "VmRSS" | "VmHWM" = "VmRSS"): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024
}

/** Has the most memory of a process counted anew (proc(5), clear_refs). */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, "5")

/** The processor time that a process has used, in seconds; the unit is a hundredth on every Linux (proc(5), stat). */
export const processorSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
  const [user, system] = fields.slice(11, 13)
  return (Number(user) + Number(system)) / 100
}
