/**
 * Loads the program with code that V8 compiled before. Compiling its half a megabyte takes longer than a one-shot
 * question, so the build writes the compiled code into a file. Unlike Node's own `module.enableCompileCache`, this
 * writes nothing where the program runs, works in every folder and for every user, and has also the functions that were
 * compiled after the program was loaded.
 */
import { readFileSync } from "node:fs"
import { Script } from "node:vm"
import { crc32 } from "node:zlib"

/** The program's text: one expression, a function of `require`. `import()` in it would need an experimental part of Node. */
const textName = "program.cjs"

/** V8's code cache of that text, then a checksum of both. */
const cacheName = "program.cache"

const checksumLength = 4

/** Checked because V8 itself does not: a wrong byte ends the process, and another text's code is run. */
const checksum = (text: Buffer, data: Uint8Array): number => crc32(data, crc32(text))

/** The compiled code, if the file has that of this text. V8 itself refuses code of another version of V8. */
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

/** The loaded program. */
export interface CachedCode {
  /** Runs it, in this process and with the process's arguments. */
  readonly run: (require: NodeJS.Require) => void
  /** The content of the cache's file: all functions that were compiled until now. */
  readonly cache: () => Buffer
}

/** The path of the cache in the folder of a build. */
export const cacheIn = (folder: string): string => `${folder}/${cacheName}`

/** Loads the program in the folder of a build; compiles it where the cache is missing, damaged, or another Node's. */
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
