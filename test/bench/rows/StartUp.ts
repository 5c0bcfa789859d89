/** How long a person waits for a process: a client that asks one thing, a server that begins to answer. */
import { Effect } from "effect"
import { start } from "../../support/programs/App.ts"
import * as Files from "../Files.ts"
import { app, bundle, serveWords } from "../peers/App.ts"
import { redisWords } from "../peers/Redis.ts"
import { freePort } from "../../support/programs/FreePort.ts"
import { answers, costOfChildren, elapsed, type Errand, wall } from "../measure/Process.ts"
import { milliseconds, type Row, type Trouble } from "../Row.ts"

/** From before the process is there to its first answer. */
const firstAnswer = (
  program: string,
  words: (port: number) => ReadonlyArray<string>,
  cwd: string
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const port = yield* freePort()
      return yield* elapsed(
        Effect.andThen(
          start(program, words(port), { cwd }),
          answers({ host: "127.0.0.1", port }, "PING\r\n")
        )
      )
    })
  )

/** What `app client --cmd hora_atual` takes beside a Node that does nothing. */
const oneShot =
  (measure: (errand: Errand) => Effect.Effect<number, Trouble>): Row["contest"] =>
  () =>
    Effect.gen(function* () {
      const cwd = yield* Files.folder
      const { port } = (yield* app(cwd)).address
      const program = process.execPath
      const words = [bundle, "client", "--port", String(port), "--cmd", "hora_atual"]
      return {
        ours: measure({ program, words, cwd }),
        theirs: measure({ program, words: ["-e", "0"], cwd })
      }
    })

/** So many runs are counted together, for a tick is 10 ms. */
const together = 10

/** The processors' time of one run, in milliseconds. */
const costOfOne = (errand: Errand): Effect.Effect<number, Trouble> =>
  Effect.map(
    costOfChildren(Effect.forEach(Array.from({ length: together }), () => wall(errand))),
    (microseconds) => microseconds / 1000 / together
  )

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "one-shot",
    what: "one `app client --cmd hora_atual`, from outside",
    peer: "`node -e 0`",
    unit: milliseconds,
    reach: 2.6,
    aim: 2,
    needs: [],
    leastRounds: 20,
    contest: oneShot(wall)
  },
  {
    name: "one-shot-cpu",
    what: "processor's time for one such",
    peer: "`node -e 0`",
    unit: milliseconds,
    needs: [],
    smoke: true,
    contest: oneShot(costOfOne)
  },
  {
    name: "start",
    what: "start of `app serve` to its first answer",
    peer: "redis-server",
    unit: milliseconds,
    needs: ["redis-server"],
    leastRounds: 10,
    contest: () =>
      Effect.map(Files.folder, (cwd) => ({
        ours: firstAnswer(process.execPath, (port) => serveWords(cwd, port), cwd),
        theirs: firstAnswer("redis-server", redisWords, cwd)
      }))
  }
]
