/** How long a person waits for a process: a client that asks one thing, a server that begins to answer. */
import { Effect } from "effect"
import { start } from "../../support/programs/App.ts"
import * as Files from "../Files.ts"
import { app, bundle, serveWords } from "../peers/App.ts"
import { redisWords } from "../peers/Redis.ts"
import { freePort } from "../../support/programs/FreePort.ts"
import { answers, elapsed, wall } from "../measure/Process.ts"
import { weighRuns } from "../measure/Processor.ts"
import { bare, milliseconds, type Row } from "../Row.ts"

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
          answers({ host: "127.0.0.1", port }, { text: "PING\r\n" })
        )
      )
    })
  )

/** So many runs are counted together, for a tick of the processors' time is 10 ms. */
const together = 10

/** What `app client --cmd hora_atual` takes beside a Node that does nothing. */
const oneShot: Row["contest"] = () =>
  Effect.gen(function* () {
    const cwd = yield* Files.folder
    const { port } = (yield* app(cwd)).address
    const program = process.execPath
    const words = [bundle, "client", "--port", String(port), "--cmd", "hora_atual"]
    return {
      ours: weighRuns(wall({ program, words, cwd }), together),
      theirs: weighRuns(wall({ program, words: ["-e", "0"], cwd }), together)
    }
  })

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "one-shot",
    what: "one `app client --cmd hora_atual`, from outside",
    peer: "`node -e 0`",
    unit: milliseconds,
    reach: 2.2,
    aim: 1.7,
    processor: {},
    needs: [],
    smoke: true,
    contest: oneShot
  },
  {
    name: "start",
    what: "start of `app serve` to its first answer",
    peer: "redis-server",
    unit: milliseconds,
    reach: 5,
    aim: 3,
    needs: ["redis-server"],
    leastRounds: 10,
    contest: () =>
      Effect.map(Files.folder, (cwd) => ({
        ours: bare(firstAnswer(process.execPath, (port) => serveWords(cwd, port), cwd)),
        theirs: bare(firstAnswer("redis-server", redisWords, cwd))
      }))
  }
]
