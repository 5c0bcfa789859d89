/** `app serve` as users run it, from the bundle, in a process whose event loop, processor time and memory are looked at from here. */
import { fork } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { type ConnectionOptions, connect as connectSecure, type TLSSocket } from "node:tls"
import { fileURLToPath } from "node:url"
import { root } from "../support/programs/App.ts"
import type { Face } from "./Requests.ts"
import { processorSeconds } from "../support/programs/Processes.ts"

/** What something cost the server. */
export interface Cost {
  /** The longest the event loop was held, in milliseconds of the processor (probe.ts). */
  readonly longestTurn: number
  /** Processor time, in milliseconds; the system counts in tens of them. */
  readonly processor: number
  /** The most memory held meanwhile over what was held before, in bytes; garbage that V8 leaves for later is held too. */
  readonly memory: number
}

/** A server to be measured. */
export interface MeasuredServer {
  readonly port: number
  /** Measures what `work` costs. */
  readonly cost: (work: () => Promise<void>) => Promise<Cost>
  /** Has all garbage collected, where the server is one of `frugal`. */
  readonly collect: () => Promise<void>
  /** Waits until it rests (probe.ts). */
  readonly rest: () => Promise<void>
  /** The memory in use now (proc(5), VmRSS), in bytes. */
  readonly memory: () => number
  readonly stop: () => Promise<void>
}

const status = (pid: number, field: "VmRSS" | "VmHWM"): number => {
  const text = readFileSync(`/proc/${pid}/status`, "utf8")
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * 1024
}

/** Has the most memory held counted anew (proc(5), clear_refs). */
const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, "5")

/**
 * The options of Node with which V8 collects the old generation once that has grown by a tenth, and all of it at once, so
 * that what a server takes is what it needs. While it marks step by step, whatever is allocated stays: of a WATCH of
 * 20,000 files 15 to 40 MB, and 9.2 without that, each time. By default garbage lies until the heap has grown to three times its size, which a process does
 * once, whoever asks: 29 of the 53 MB that the first INFO of 20,000 files takes, and as much of the first archive.
 */
export const frugal: ReadonlyArray<string> = [
  "--heap-growing-percent=10",
  "--no-incremental-marking",
  "--expose-gc"
]

/** Starts it on a free port of loopback, from this bundle, with these options of its own and of Node's. */
export const startServer = async (
  bundle: string,
  folder: string,
  options: ReadonlyArray<string> = [],
  env: Readonly<Record<string, string>> = {},
  nodeOptions: ReadonlyArray<string> = []
): Promise<MeasuredServer> => {
  const child = fork(
    bundle,
    ["serve", "--port", "0", "--dir", folder, "--log-level", "none", ...options],
    {
      cwd: root,
      env: { ...process.env, ...env },
      execArgv: [...nodeOptions, "--import", fileURLToPath(new URL("probe.ts", import.meta.url))],
      stdio: ["ignore", "ignore", "pipe", "ipc"]
    }
  )
  // It does not end with its parent.
  const kill = () => child.kill("SIGKILL")
  process.once("exit", kill)
  child.once("exit", () => process.off("exit", kill))
  let said = ""
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text
      const found = / 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (found !== undefined) resolve(Number(found))
    })
    child.once("exit", () => reject(new Error(`the server did not start: ${said}`)))
  })
  const pid = child.pid ?? -1
  const longestTurn = (message = "measure"): Promise<number> =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`the server ended: ${said}`))
      child.once("exit", ended)
      child.once("message", (longest) => {
        child.off("exit", ended)
        resolve(Number(longest))
      })
      child.send(message)
    })
  const rest = async (): Promise<void> => {
    await longestTurn("rest")
  }
  // What a server does for itself just after it has started is no request's.
  await rest()
  return {
    port,
    rest,
    collect: async () => {
      await longestTurn("collect")
    },
    memory: () => status(pid, "VmRSS"),
    cost: async (work) => {
      await longestTurn()
      const processorBefore = processorSeconds(pid)
      const memoryBefore = status(pid, "VmRSS")
      forgetPeak(pid)
      await work()
      const turn = await longestTurn()
      return {
        longestTurn: turn,
        processor: (processorSeconds(pid) - processorBefore) * 1000,
        memory: Math.max(0, status(pid, "VmHWM") - memoryBefore)
      }
    },
    stop: async () => {
      child.kill("SIGKILL")
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
    }
  }
}

/** A connection of raw bytes, latin1. */
export const open = async (port: number): Promise<Socket> => {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true })
  socket.on("error", () => undefined)
  await once(socket, "connect")
  return socket
}

/** A connection over TLS; the server's certificate is nobody's. */
export const openSecure = async (
  port: number,
  options: ConnectionOptions = {}
): Promise<TLSSocket> => {
  const socket = connectSecure({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options })
  socket.on("error", () => undefined)
  await once(socket, "secureConnect")
  return socket
}

/** Sends, and reads nothing of what comes. */
export const sendUnread = (socket: Socket, request: string): Promise<void> => {
  socket.pause()
  return new Promise((resolve) => socket.write(request, "latin1", () => resolve()))
}

/** What a request is followed by, whose answer shows that the request's own is over. */
const mark = "the-answer-before-this-is-over"
const markRequest = `*2\r\n$4\r\nECHO\r\n$${mark.length}\r\n${mark}\r\n`
const markReply = Buffer.from(`$${mark.length}\r\n${mark}\r\n`, "latin1")

/** Sends, and reads until all of it is answered or, as it does here after a request that is not RESP, the server has closed. */
export const ask = (socket: Socket, request: string, face: Face): Promise<void> =>
  new Promise((resolve) => {
    let tail = Buffer.alloc(0)
    const done = (): void => {
      socket.off("data", onData).off("close", done)
      resolve()
    }
    const onData = (bytes: Buffer): void => {
      tail = Buffer.concat([tail, bytes]).subarray(-markReply.length)
      if (tail.equals(markReply)) done()
    }
    socket.on("data", onData).once("close", done)
    if (socket.destroyed) done()
    socket.write(face === "resp" ? request + markRequest : request, "latin1")
  })
