import { fileURLToPath } from "node:url"
import { defineConfig, type Plugin } from "rolldown"

/**
 * The program is one file, which starts fastest, and a small one that people run: it starts the other with the code that
 * V8 compiled before (src/start/CodeCache.ts). Amazon's SDK is as large as all the rest and lies beside them, for it is only
 * read where the files are in a bucket.
 */
const isSdk = (id: string): boolean => id.endsWith("/S3Sdk.ts")

/** What stands in the place of something that takes long to load. */
const lazy = (name: string): string =>
  fileURLToPath(new URL(`src/start/lazy/${name}.ts`, import.meta.url))

/** Parts of Node that are loaded when something of them is first used. */
const lazyParts = [
  "child_process",
  "crypto",
  "fs/promises",
  "os",
  "readline",
  "tls",
  "v8",
  "worker_threads",
  "zlib"
]

/**
 * Writes characters beyond ASCII as escapes, so that the program's bytes are its characters: start/CodeCache need not
 * decode them, and V8 holds each in one byte. No template that is read raw has such a character.
 */
const ascii: Plugin = {
  name: "ascii",
  generateBundle: (_, bundle) => {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue
      output.code = output.code.replace(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
    }
  }
}

const common = {
  platform: "node",
  logLevel: "warn",
  // What reads `import.meta` is not reached in the program.
  checks: { emptyImportMeta: false }
} as const

export default defineConfig([
  {
    ...common,
    input: { app: "./src/start/Launcher.ts" },
    output: { format: "cjs", entryFileNames: "[name].cjs", minify: true }
  },
  {
    ...common,
    input: { program: "./src/main.ts" },
    external: isSdk,
    resolve: {
      alias: Object.fromEntries(lazyParts.map((name) => [`node:${name}`, lazy("Node")]))
    },
    transform: {
      inject: { "Intl.Segmenter": [lazy("Segmenter"), "Segmenter"] },
      // So Effect asks whether there is AsyncResource, with which it keeps Node's asynchronous context for each fiber that
      // waits. Nothing here reads that in a fiber; without it a pipelined command takes 4 % less.
      define: { "globalThis.process.getBuiltinModule": "undefined" }
    },
    // Effect makes the names of its methods of two texts as it is loaded, and V8 looks such a name up among all names of the
    // program at each step of a fiber. Written out, they are names as any other: a step takes an eighth less.
    optimization: { inlineConst: { mode: "all", pass: 3 } },
    plugins: [ascii],
    output: {
      format: "cjs",
      dynamicImportInCjs: false,
      entryFileNames: "[name].cjs",
      codeSplitting: false,
      minify: true,
      paths: (id) => (isSdk(id) ? "./s3.cjs" : id)
    }
  },
  {
    ...common,
    input: { s3: "./src/services/files/s3/sdk/S3Sdk.ts" },
    output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false, minify: true }
  }
])
