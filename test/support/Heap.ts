/** How much memory is in use, garbage left out. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

const isCallable = (value: unknown): value is () => void => typeof value === "function"

const findCollector = (): (() => void) => {
  setFlagsFromString("--expose-gc")
  const collect: unknown = runInNewContext("gc")
  if (!isCallable(collect)) throw new Error("this engine has no gc")
  return collect
}

const collect = findCollector()

/** The bytes of the heap that are still reachable. */
export const heapInUse = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

/** The same with the buffers that lie outside of the heap. */
export const memoryInUse = (): number => {
  collect()
  // Buffers are let go of by finalizers that the first collection found.
  collect()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
