/**
 * How many system calls an answer takes: a figure that is the same on every machine, whatever else runs on it. One
 * connection asks one thing after the other, so that no two answers share a call.
 */
import { Effect, type Scope } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { start } from "../../support/programs/App.ts"
import * as Files from "../Files.ts"
import { redisBenchmark } from "../load/RedisBenchmark.ts"
import {
  overHttp as largeOverHttp,
  overResp as largeOverResp,
  type Question,
  sink
} from "../load/Sink.ts"
import { askByWrk } from "../load/Wrk.ts"
import { app, bundle } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import * as Redis from "../peers/Redis.ts"
import { early, output, type Peer } from "../measure/Process.ts"
import { bare, calls, type Contest, type Row, type Scale, Trouble } from "../Row.ts"

const requests: Readonly<Record<Scale, number>> = { full: 20_000, smoke: 2000 }
const seconds: Readonly<Record<Scale, number>> = { full: 2, smoke: 1 }
const files = 1000

/** How many calls strace counted: its last line has seconds, microseconds a call, calls, errors and `total`. */
const countedIn = (file: string): Effect.Effect<number, Trouble> =>
  Effect.suspend(() => {
    const text = readFileSync(file, "utf8")
    const [, count] = /^\s*\d+\.\d+\s+\d+\.\d+\s+\d+\s+(\d+)\s+(?:\d+\s+)?total$/m.exec(text) ?? []
    return count === undefined
      ? Effect.fail(new Trouble({ message: `strace counted nothing: ${text}` }))
      : Effect.succeed(Number(count))
  })

/** How many calls a server makes for one answer, with all its threads, while it is asked so often. */
const callsOfOne = (
  { pid }: Peer,
  asking: Effect.Effect<{ readonly amount: number }, Trouble>,
  folder: string
): Effect.Effect<number, Trouble> =>
  Effect.gen(function* () {
    const file = join(folder, `strace-${pid}`)
    // What is made once, such as code that is compiled, is no part of an answer.
    yield* asking
    const words = ["-c", "-f", "-U", "time-percent,total-time,avg-time,calls,errors,name"]
    const tracer = yield* start("strace", [...words, "-o", file, "-p", `${pid}`], { cwd: folder })
    yield* tracer.says("stderr", /attached/)
    const { amount } = yield* asking
    yield* tracer.kill("SIGTERM")
    yield* tracer.ended
    return (yield* countedIn(file)) / amount
  }).pipe(Effect.scoped, Effect.catchTag("EndedEarly", early("strace")))

/** How many calls a program makes from its start to its end. */
const callsOfRun = (program: string, words: ReadonlyArray<string>, folder: string) => {
  const file = join(folder, "strace-run")
  return Effect.andThen(
    output("strace", ["-c", "-f", "-o", file, program, ...words], folder),
    countedIn(file)
  )
}

type Asking = (peer: Peer, scale: Scale) => Effect.Effect<{ readonly amount: number }, Trouble>

/** One side: its server, and how it is asked. */
interface Side {
  readonly start: (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>
  readonly ask: Asking
}

const bySide =
  (fill: (folder: string) => Effect.Effect<void>, ours: Asking, theirs: Side) =>
  (scale: Scale): Effect.Effect<Contest, Trouble, Scope.Scope> =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* fill(folder)
      const server = yield* app(folder)
      const other = yield* theirs.start(folder)
      return {
        ours: bare(callsOfOne(server, ours(server, scale), folder)),
        theirs: bare(callsOfOne(other, theirs.ask(other, scale), folder))
      }
    })

const asked =
  (...command: ReadonlyArray<string>): Asking =>
  ({ address }, scale) => {
    const amount = requests[scale]
    const questions = { command, connections: 1, requests: amount, random: files }
    return Effect.as(redisBenchmark(address, questions), { amount })
  }

const overHttp: Asking = ({ address }, scale) =>
  askByWrk(address, { connections: 1, count: files, seconds: seconds[scale] })

const drained =
  (question: Question): Asking =>
  (peer) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { drain } = yield* sink(peer, question)
        yield* drain(1)
        return { amount: 1 }
      })
    )

const smallFiles = (folder: string) => Files.makeSmall(folder, files)
const largeFile = (folder: string) => Files.makeLarge(folder, "large", Files.gibibyte)

/** What one question takes from the start of a client to its end. */
const oneShot =
  (theirs: (port: number) => readonly [program: string, words: ReadonlyArray<string>]) => () =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      const { port } = (yield* app(folder)).address
      const words = [bundle, "client", "--port", `${port}`, "--cmd", "hora_atual"]
      return {
        ours: bare(callsOfRun(process.execPath, words, folder)),
        theirs: bare(callsOfRun(...theirs(port), folder))
      }
    })

/** The rows. A tenth more than was recorded is a call too many. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "calls-time",
    what: "system calls for one `hora_atual`, one connection",
    peer: "redis-server, `GET` of 8 bytes",
    unit: calls,
    needs: [...Redis.programs, "strace"],
    smoke: true,
    tolerance: 1.1,
    contest: bySide(smallFiles, asked("hora_atual"), {
      start: Redis.redisWithTime,
      ask: asked("GET", "hora")
    })
  },
  {
    name: "calls-file-1k",
    what: "system calls for one `GET` of 1,000 different files of 1 KiB, one connection",
    peer: "redis-server, `GET` of 1,000 values of 1 KiB",
    unit: calls,
    needs: [...Redis.programs, "strace"],
    smoke: true,
    tolerance: 1.1,
    contest: bySide(smallFiles, asked("GET", "key:__rand_int__"), {
      start: (folder) => Redis.redisWithValues(folder, files),
      ask: asked("GET", "key:__rand_int__")
    })
  },
  {
    name: "calls-http-1k",
    what: "system calls for one of 1,000 different files of 1 KiB over HTTP, one connection kept open",
    peer: "nginx, one worker",
    unit: calls,
    needs: ["nginx", "wrk", "strace"],
    smoke: true,
    tolerance: 1.1,
    contest: bySide(smallFiles, overHttp, { start: nginx, ask: overHttp })
  },
  {
    name: "calls-file-1g",
    what: "system calls for one file of 1 GiB",
    peer: "nginx with sendfile",
    unit: calls,
    needs: ["nginx", "strace"],
    smoke: true,
    // How often the socket is full depends on who is quicker.
    tolerance: 1.5,
    contest: bySide(largeFile, drained(largeOverResp("large", Files.gibibyte)), {
      start: nginx,
      ask: drained(largeOverHttp("large", Files.gibibyte))
    })
  },
  {
    name: "calls-one-shot",
    what: "system calls of one `app client --cmd hora_atual`",
    peer: "`node -e 0`",
    unit: calls,
    needs: ["strace"],
    smoke: true,
    tolerance: 1.25,
    contest: oneShot(() => [process.execPath, ["-e", "0"]])
  },
  {
    name: "calls-one-shot-cli",
    what: "system calls of one `app client --cmd hora_atual`",
    peer: "redis-cli asking the same server the same",
    unit: calls,
    needs: ["redis-cli", "strace"],
    contest: oneShot((port) => ["redis-cli", ["-p", `${port}`, "hora_atual"]])
  }
]
