/**
 * The program as V8 compiled it before. Compiling its half a megabyte takes longer than all of a one-shot question; here
 * it is read back from a file that the build makes. Nothing is written where the program runs, unlike with Node's own
 * `module.enableCompileCache`, whose files are bound to one folder and one user and hold no function that was compiled
 * after the program was loaded.
 */
import { readFileSync } from "node:fs"
import { Script } from "node:vm"
import { crc32 } from "node:zlib"

/**
 * The program: text of one expression, a function that runs it with what it loads modules with; `import()` would need
 * what Node still calls experimental.
 */
const textName = "program.cjs"

/** What V8 made of that text, and a checksum of both. */
const cacheName = "program.cache"

const checksumLength = 4

/** V8 looks at neither its own data nor the text: it ends the process over a wrong byte, and runs another text's code. */
const checksum = (text: Buffer, data: Uint8Array): number => crc32(data, crc32(text))

/** The compiled code, if it is there and is that of this text. Whether it is for this V8 is V8's to say. */
const readCache = (file: string, text: Buffer): Buffer | undefined => {
  try {
    const whole = readFileSync(file)
    const end = whole.length - checksumLength
    const data = whole.subarray(0, end)
    return whole.readUInt32LE(end) === checksum(text, data) ? data : undefined
  } catch {
    return undefined
  }
}

/** The program, ready to run. */
export interface CachedCode {
  /** Runs it, in this process and with its arguments. */
  readonly run: (require: NodeJS.Require) => void
  /** What the cache should hold: all functions that were compiled until now. */
  readonly cache: () => Buffer
}

/** Where in a folder the cache is. */
export const cacheIn = (folder: string): string => `${folder}/${cacheName}`

/** The program in a folder; compiled as ever where the cache is missing, damaged, or another Node's. */
export const load = (folder: string): CachedCode => {
  const filename = `${folder}/${textName}`
  const text = readFileSync(filename)
  const cachedData = readCache(cacheIn(folder), text)
  const script = new Script(text.toString(), {
    filename,
    cachedData
  })
  return {
    run: (require) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rolldown.config.ts makes it so
      const program = script.runInThisContext() as (require: NodeJS.Require) => void
      program(require)
    },
    cache: () => {
      const data = script.createCachedData()
      const sum = Buffer.alloc(checksumLength)
      sum.writeUInt32LE(checksum(text, data))
      return Buffer.concat([data, sum])
    }
  }
}
