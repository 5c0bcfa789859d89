/**
 * The program compiled by V8 beforehand. Compiling its 0.86 MB takes longer than all of a one-shot question; here
 * the code is read back from a file that the build makes, which holds what was compiled while the program ran as well.
 * It is for the Node that built it; what any other does: Launcher.
 */
import { readFileSync } from "node:fs"
import { Script } from "node:vm"
import { crc32 } from "node:zlib"

/** The program: a CommonJS module that takes nothing but `require`. */
export const textName = "program.cjs"

/** What a cache is for: a question, a mirror and a server use different functions, and each reads back only its own. */
export const purposes = ["client", "mirror", "serve"] as const
export type Purpose = (typeof purposes)[number]

/** The purpose of a process with these arguments (`process.argv`). */
export const purposeOf = (argv: ReadonlyArray<string>): Purpose => {
  if (argv[2] === "serve") return "serve"
  return argv.some((word) => word.startsWith("--mirror")) ? "mirror" : "client"
}

/** What V8 made of that text, and a checksum of both; named for the Node that it is for, so that no other reads it. */
export const cacheName = (purpose: Purpose): string =>
  `program-${purpose}-${process.version}-${process.arch}.cache`

const checksumLength = 4

/** V8 looks at neither its own data nor the text: it ends the process over a wrong byte, and runs another text's code. */
const checksum = (text: Uint8Array, data: Uint8Array): number => crc32(data, crc32(text))

/** The text as one expression, which a Script can evaluate to a function. It is ASCII (rolldown.config.ts). */
const toExpression = (text: Uint8Array): string => {
  const { buffer, byteOffset, byteLength } = text
  return `(function (require) {${Buffer.from(buffer, byteOffset, byteLength).toString("latin1")}\n})`
}

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

/** Where a cache of a folder's program is. */
export const cacheIn = (folder: string, purpose: Purpose): string =>
  `${folder}/${cacheName(purpose)}`

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
export const load = (folder: string, purpose: Purpose): CompiledCode | undefined => {
  try {
    const cache = readFileSync(cacheIn(folder, purpose))
    return fromCache(readFileSync(`${folder}/${textName}`), cache, `${folder}/${textName}`)
  } catch {
    return undefined
  }
}
