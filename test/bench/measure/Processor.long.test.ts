import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { start } from "../../support/programs/App.ts"
import { early, output } from "./Process.ts"
import { weigh } from "./Processor.ts"

/** A tenth of a second of a processor. */
const spin = "while (process.cpuUsage().user < 100_000);"

/** A shell that does nothing, and its child, which works once it is told to and stays until its input ends. */
const parent = start(
  "sh",
  [
    "-c",
    'read word; "$0" -e "$1"; true',
    process.execPath,
    `${spin} console.log("done"); process.stdin.resume()`
  ],
  { cwd: "/" }
)

describe.skipIf(process.platform !== "linux")("what is weighed", () => {
  it.live(
    "is the time of a server with its children, for a unit of work, and that of the load",
    () =>
      Effect.gen(function* () {
        const server = yield* parent
        const peer = { pid: server.pid, address: { host: "127.0.0.1", port: 0 } }
        const load = Effect.gen(function* () {
          yield* server.write("work\n")
          yield* server.says("stdout", /^done\n/m)
          yield* output(process.execPath, ["-e", spin], "/")
          return { figure: 7, amount: 10 }
        }).pipe(Effect.catchTag("EndedEarly", early("the shell")))
        const { figure, processor = 0, ...of } = yield* weigh(peer, load)
        assert.strictEqual(figure, 7)
        // Node's own start is more than what the kernel's clock, which ticks a hundred times a second, may leave out.
        assert.isAtLeast(processor, 100_000 / 10)
        assert.isBelow(processor, 1_000_000 / 10)
        assert.isAbove(of.load ?? 0, 0)
        assert.isAtMost(of.load ?? 0, 1.1)
      })
  )
})
