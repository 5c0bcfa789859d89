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
import { app, bundle } from "../peers/App.ts"
import * as Redis from "../peers/Redis.ts"
import { early, output, type Peer } from "../measure/Process.ts"
import { bare, calls, type Contest, type Row, type Scale, Trouble } from "../Row.ts"

const requests: Readonly<Record<Scale, number>> = { full: 20_000, smoke: 2000 }
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

/** How many calls a server makes for one answer, with all its threads. */
const callsOfOne = (
  { address, pid }: Peer,
  command: ReadonlyArray<string>,
  scale: Scale,
  folder: string
): Effect.Effect<number, Trouble> =>
  Effect.gen(function* () {
    const file = join(folder, `strace-${pid}`)
    const count = requests[scale]
    const asked = { command, connections: 1, requests: count, random: files }
    // What is made once, such as code that is compiled, is no part of an answer.
    yield* redisBenchmark(address, asked)
    const words = ["-c", "-f", "-U", "time-percent,total-time,avg-time,calls,errors,name"]
    const tracer = yield* start("strace", [...words, "-o", file, "-p", `${pid}`], { cwd: folder })
    yield* tracer.says("stderr", /attached/)
    yield* redisBenchmark(address, asked)
    yield* tracer.kill("SIGTERM")
    yield* tracer.ended
    return (yield* countedIn(file)) / count
  }).pipe(Effect.scoped, Effect.catchTag("EndedEarly", early("strace")))

/** How many calls a program makes from its start to its end. */
const callsOfRun = (words: ReadonlyArray<string>, folder: string) => {
  const file = join(folder, "strace-run")
  return Effect.andThen(
    output("strace", ["-c", "-f", "-o", file, process.execPath, ...words], folder),
    countedIn(file)
  )
}

const contest =
  (
    peer: (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>,
    ours: ReadonlyArray<string>,
    theirs: ReadonlyArray<string>
  ) =>
  (scale: Scale): Effect.Effect<Contest, Trouble, Scope.Scope> =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeSmall(folder, files)
      const server = yield* app(folder)
      const other = yield* peer(folder)
      return {
        ours: bare(callsOfOne(server, ours, scale, folder)),
        theirs: bare(callsOfOne(other, theirs, scale, folder))
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
    contest: contest(Redis.redisWithTime, ["hora_atual"], ["GET", "hora"])
  },
  {
    name: "calls-file-1k",
    what: "system calls for one `GET` of 1,000 different files of 1 KiB, one connection",
    peer: "redis-server, `GET` of 1,000 values of 1 KiB",
    unit: calls,
    needs: [...Redis.programs, "strace"],
    smoke: true,
    tolerance: 1.1,
    contest: contest(
      (folder) => Redis.redisWithValues(folder, files),
      ["GET", "key:__rand_int__"],
      ["GET", "key:__rand_int__"]
    )
  },
  {
    name: "calls-one-shot",
    what: "system calls of one `app client --cmd hora_atual`",
    peer: "`node -e 0`",
    unit: calls,
    needs: ["strace"],
    smoke: true,
    tolerance: 1.25,
    contest: () =>
      Effect.gen(function* () {
        const folder = yield* Files.folder
        const { port } = (yield* app(folder)).address
        return {
          ours: bare(
            callsOfRun([bundle, "client", "--port", `${port}`, "--cmd", "hora_atual"], folder)
          ),
          theirs: bare(callsOfRun(["-e", "0"], folder))
        }
      })
  }
]
