/** How long a person waits who installed the package, by the Node that is there, or the single executable. */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { copyFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "../../support/programs/App.ts"
import { folder as newFolder, nodeOf } from "../../support/programs/NodeVersions.ts"
import * as Files from "../Files.ts"
import { wall } from "../measure/Process.ts"
import { weighRuns } from "../measure/Processor.ts"
import { app, bundle } from "../peers/App.ts"
import { milliseconds, type Row, Trouble } from "../Row.ts"

/** As in StartUp: a tick of the processors' time is 10 ms. */
const together = 10

const attempt = <A>(use: () => A): Effect.Effect<A, Trouble> =>
  Effect.try({
    try: use,
    catch: (cause) => new Trouble({ message: cause instanceof Error ? cause.message : "failed" })
  })

/** The program without the code that the build compiled, which the package does not have. */
const installed = attempt(() => {
  const cwd = newFolder("installed")
  for (const name of ["app.cjs", "program.cjs"])
    copyFileSync(join(dirname(bundle), name), join(cwd, name))
  return join(cwd, "app.cjs")
})

/** `program` with `words` asks one question, beside `node -e 0`. */
const oneShot = Effect.fnUntraced(function* (
  program: string,
  words: ReadonlyArray<string>,
  node: string
) {
  const cwd = yield* Files.folder
  const { port } = (yield* app(cwd)).address
  const asking = [...words, "client", "--port", String(port), "--cmd", "hora_atual"]
  const ask = wall({ program, words: asking, cwd })
  // The first run fills the cache of compiled code.
  yield* ask
  return {
    ours: weighRuns(ask, together),
    theirs: weighRuns(wall({ program: node, words: ["-e", "0"], cwd }), together)
  }
})

const common = { unit: milliseconds, processor: {}, needs: ["npm"] } as const

const withNode = (version: string): Row => ({
  ...common,
  name: `one-shot-node${version}`,
  what: `one \`app client --cmd hora_atual\`, as npm installs it, with Node ${version}`,
  peer: `\`node -e 0\` of Node ${version}`,
  contest: () =>
    Effect.gen(function* () {
      const node = yield* attempt(() => nodeOf(version))
      return yield* oneShot(node, [yield* installed], node)
    })
})

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  ...["20", "22", "24", "26"].map(withNode),
  {
    ...common,
    name: "one-shot-binary",
    what: "one `app client --cmd hora_atual`, by the single executable",
    peer: "`node -e 0`",
    contest: () =>
      Effect.gen(function* () {
        yield* attempt(() => execFileSync(process.execPath, ["tools/binary.ts"], { cwd: root }))
        const binary = join(root, "dist", "binary", "app")
        return yield* oneShot(binary, [], process.execPath)
      })
  }
]
