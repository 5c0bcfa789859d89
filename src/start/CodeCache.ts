/**
 * The program compiled by V8 beforehand. Compiling its half a megabyte takes longer than all of a one-shot question; here
 * the code is read back from a file that the build makes, which holds what was compiled while the program ran as well.
 * It is for the Node that built it; what any other does: Launcher.
 */
import { readFileSync } from "node:fs"
import { Script } from "node:vm"
import { crc32 } from "node:zlib"

/** The program: a CommonJS module that takes nothing but `require`. */
export const textName = "program.cjs"

/** What V8 made of that text, and a checksum of both; named for the Node that it is for, so that no other reads it. */
export const cacheName = `program-${process.version}-${process.arch}.cache`

const checksumLength = 4

/** V8 looks at neither its own data nor the text: it ends the process over a wrong byte, and runs another text's code. */
const checksum = (text: Uint8Array, data: Uint8Array): number => crc32(data, crc32(text))

/** The text as one expression, which a Script can evaluate to a function. */
const toExpression = (text: Uint8Array): string =>
  `(function (require) {${new TextDecoder().decode(text)}\n})`

/** The program, ready to run. */
export interface CompiledCode {
  /** Runs it, in this process and with its arguments. */
  readonly run: (require: NodeJS.Require) => void
  /** What the cache should hold: all functions that were compiled until now. */
  readonly cache: () => Uint8Array
}

const compiled = (text: Uint8Array, script: Script): CompiledCode => ({
  run: (require) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- toExpression makes it so
    const program = script.runInThisContext() as (require: NodeJS.Require) => void
    program(require)
  },
  cache: () => {
    const data = script.createCachedData()
    const sum = Buffer.alloc(checksumLength)
    sum.writeUInt32LE(checksum(text, data))
    return Buffer.concat([data, sum])
  }
})

/** Where the cache of a folder's program is. */
export const cacheIn = (folder: string): string => `${folder}/${cacheName}`

/** Compiles a text; `filename` is its name in stack traces. */
export const compileText = (text: Uint8Array, filename: string): CompiledCode =>
  compiled(text, new Script(toExpression(text), { filename }))

/** Compiles the program in a folder. */
export const compile = (folder: string): CompiledCode => {
  const filename = `${folder}/${textName}`
  return compileText(readFileSync(filename), filename)
}

/** The program from its cache; `undefined` where the cache is damaged, another text's, or another V8's. */
export const fromCache = (
  text: Uint8Array,
  cache: Uint8Array,
  filename: string
): CompiledCode | undefined => {
  const end = cache.length - checksumLength
  if (end <= 0) return undefined
  const data = Buffer.from(cache.buffer, cache.byteOffset, end)
  const sum = new DataView(cache.buffer, cache.byteOffset + end, checksumLength).getUint32(0, true)
  if (sum !== checksum(text, data)) return undefined
  const script = new Script(toExpression(text), { filename, cachedData: data })
  return script.cachedDataRejected === true ? undefined : compiled(text, script)
}

/** As `fromCache`, of the program in a folder; `undefined` as well where it has no cache. */
export const load = (folder: string): CompiledCode | undefined => {
  try {
    const cache = readFileSync(cacheIn(folder))
    return fromCache(readFileSync(`${folder}/${textName}`), cache, `${folder}/${textName}`)
  } catch {
    return undefined
  }
}
