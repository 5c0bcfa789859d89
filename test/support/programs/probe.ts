/**
 * Loaded into a process of the program beside it (`--import`), tells on request what the process holds, once the
 * connections that were closed are gone. The program knows nothing of it.
 */
import { Effect } from "effect"
import { Session } from "node:inspector/promises"
import { Socket } from "node:net"
import { setImmediate } from "node:timers/promises"
import { queryObjects } from "node:v8"

/** What a process holds after a collection of garbage. */
export interface Held {
  /** In bytes; the engine's own code of what runs often is in it, which grows for a while. */
  readonly heap: number
  /** In bytes: what lies outside of the heap for the objects in it, buffers among it. */
  readonly external: number
  /** All objects, functions among them; no text or number. */
  readonly objects: number
  /** All fibers that can be reached and have not ended: one that has may be kept for its result, as a cache does. */
  readonly fibers: number
  readonly sockets: number
  /** What keeps the process busy, but for the way to the test. */
  readonly resources: ReadonlyArray<string>
}

const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length

const inspector = new Session()
inspector.connect()

/** Asks the engine for all objects like this one, which `node:v8` only counts. */
const runningFibers = async (): Promise<number> => {
  Object.assign(globalThis, { sampleFiber: Effect.runFork(Effect.void) })
  const { result: prototype } = await inspector.post("Runtime.evaluate", {
    expression: "Object.getPrototypeOf(sampleFiber)"
  })
  const { objects } = await inspector.post("Runtime.queryObjects", {
    prototypeObjectId: prototype.objectId ?? ""
  })
  const { result } = await inspector.post("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration:
      "function () { return this.filter((fiber) => fiber.pollUnsafe() === undefined).length }",
    returnByValue: true
  })
  // What the answers refer to would be kept from the collector.
  for (const objectId of [prototype.objectId, objects.objectId]) {
    if (objectId !== undefined) await inspector.post("Runtime.releaseObject", { objectId })
  }
  return Number(result.value)
}

/**
 * What is gone a moment later and stands where a timer stood: an immediate for whoever was just woken, and a request
 * to the file system, such as the look at the shared folder once a second. It sleeps again at once.
 */
const transient = ["Immediate", "FSReqCallback", "FSReqPromise"]

/** What keeps the process busy, at a moment in which nothing runs. What never comes to rest is told as it is. */
const activeResources = async (): Promise<ReadonlyArray<string>> => {
  for (let turns = 0; ; turns++) {
    const resources = process.getActiveResourcesInfo().filter((resource) => resource !== "PipeWrap")
    if (turns > 100_000 || !transient.some((name) => resources.includes(name)))
      return resources.sort()
    await setImmediate()
  }
}

const measure = async (): Promise<Held> => {
  // How a closed connection ends is known a few turns of the event loop later; one that leaks would never end.
  for (let turns = 0; turns < 100_000 && openSockets() > 0; turns++) await setImmediate()
  // Each collection can let finalizers run that free more. The inspector's also gives pages that hold nothing back to the
  // system; after gc() some 40 MiB of them stayed, and left at a moment of the engine's own.
  for (let times = 0; times < 3; times++) {
    await inspector.post("HeapProfiler.collectGarbage")
    await setImmediate()
  }
  const { external, heapUsed } = process.memoryUsage()
  return {
    heap: heapUsed,
    external,
    objects: queryObjects(Object, { format: "count" }),
    fibers: await runningFibers(),
    sockets: queryObjects(Socket, { format: "count" }),
    resources: await activeResources()
  }
}

process.on("message", () => {
  void measure().then((held) => process.send?.(held))
})
// The program alone decides when the process ends.
process.channel?.unref()
