/**
 * `npm run soak`: one server, clients of every kind that come and go for minutes, and a folder that changes under
 * them, while the wall clock is set to and fro. Exits 0 only if every byte was right, nothing failed that should not, and the server ended as it began: its
 * memory flat, no fiber, socket or descriptor left.
 *
 * `--minutes` (5) and `--seed` (chosen anew, and told) may be given. The first two
 * minutes warm up and are not measured: only then have the buffers of transfers and what is held of unread input been as
 * large as they get.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { fileURLToPath } from "node:url"
import { root, start } from "../support/programs/App.ts"
import { type ProbedServer, serveProbed } from "../support/programs/ProbedServer.ts"
import type { Held } from "../support/programs/probe.ts"
import { hasSettableClock, makeSettableClock } from "../support/programs/SettableClock.ts"
import { seeded } from "../support/values/Seeded.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { ChangingFolder } from "./ChangingFolder.ts"
import { followFolder } from "./Following.ts"
import { kinds, longest, serverOptions } from "./Kinds.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.trunc(performance.timeOrigin) % 1_000_000) }
  }
})
const seconds = Number(values.minutes) * 60
const seed = Number(values.seed)

/**
 * How much the memory may differ between the first and the last fifth of what is measured, the median of each: a burst that
 * V8 has not collected yet is in the mean, and no leak. So much more heap may be held at rest, too.
 */
const mostDrift = 0.05

/**
 * How much more a mirror that follows may hold at rest in the end. Were each event kept, some 2,400 changes would leave two
 * objects each, to 40,000: 940 left 4.4 % more, and neither heap nor memory in use showed it. Those two grow by the
 * engine's code, 3 % and 5 % with the same objects, so they only bound what is no object. The memory in use between two
 * collections says nothing: it grew by a fifth with the same held.
 */
const mostMirrorGrowth = { objects: 0.01, heap: 0.1, external: 0.05, resident: 0.1 }

/** How many faults are told one by one. */
const mostTold = 20

const MiB = 1024 * 1024
const inMiB = (bytes: number): string => `${(bytes / MiB).toFixed(1)} MiB`

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN

/** What went wrong. */
const faults: Array<string> = []
const complain = (fault: string): void => {
  if (faults.push(fault) <= mostTold) console.log(`WRONG: ${fault}`)
}

/** Visits of every kind, and changes of the folder, until `over`. */
const bustle = Effect.fnUntraced(function* (
  server: ProbedServer,
  folder: ChangingFolder,
  inboxes: string,
  over: Deferred.Deferred<void>,
  visits: Map<string, number>
) {
  const stop = Deferred.await(over)
  /** The pause is cut short by the end, a visit is not. */
  const rest = (milliseconds: number) => Effect.raceFirst(Effect.sleep(milliseconds), stop)
  const visitors = kinds.flatMap((kind, number) =>
    Array.from({ length: kind.visitors }, (_, index) =>
      Effect.gen(function* () {
        const random = seeded(seed + number * 1000 + index)
        const inbox = join(inboxes, `${number}-${index}`)
        while (!Deferred.isDoneUnsafe(over)) {
          yield* rest(random(2 * kind.pause))
          mkdirSync(inbox, { recursive: true })
          const around = {
            address: server.address,
            folder,
            random,
            inbox,
            program: join(root, "src", "main.ts")
          }
          const visit = yield* Effect.exit(
            Effect.scoped(kind.visit(around)).pipe(Effect.timeout(longest))
          )
          visits.set(kind.name, (visits.get(kind.name) ?? 0) + 1)
          rmSync(inbox, { recursive: true })
          if (Exit.isFailure(visit)) {
            const fault = Cause.squash(visit.cause)
            const what = fault instanceof Error && "what" in fault ? fault.what : fault
            complain(`${kind.name}: ${String(what)}`)
          }
        }
      })
    )
  )
  const changes = Effect.gen(function* () {
    const random = seeded(seed)
    while (!Deferred.isDoneUnsafe(over)) {
      yield* rest(random(200))
      folder.change()
    }
  })
  yield* Effect.all([...visitors, changes], { concurrency: "unbounded", discard: true })
})

/** Asks PING every 10 ms in a process of its own until `over`, as somebody who wants nothing else; how long each took, in milliseconds. */
const innocent = Effect.fnUntraced(function* (
  { address }: ProbedServer,
  over: Deferred.Deferred<void>,
  waits: Array<number>
) {
  const program = fileURLToPath(new URL("../support/programs/innocent.ts", import.meta.url))
  while (!Deferred.isDoneUnsafe(over)) {
    const asking = yield* start(process.execPath, [program, `${address.port}`, "300"], {
      cwd: root
    })
    const { code, stdout } = yield* asking.ended
    if (code !== 0) complain(`the innocent: exit code ${code}`)
    waits.push(...stdout.slice("times [".length, -2).split(",").map(Number))
  }
}, Effect.scoped)

/** Sets the wall clock of the server up to an hour back or forward, again and again until `over`. */
const setClock = Effect.fnUntraced(function* (
  set: (seconds: number) => void,
  over: Deferred.Deferred<void>
) {
  const random = seeded(seed)
  while (!Deferred.isDoneUnsafe(over)) {
    yield* Effect.raceFirst(Effect.sleep(500 + random(3000)), Deferred.await(over))
    set(random(7200) - 3600)
  }
})

/** What a server holds. */
interface Rest extends Held {
  readonly descriptors: number
}

/** What the server holds when nobody is there, and the threads that hash have ended, which they do after 10 seconds. */
const atRest = Effect.fnUntraced(function* (server: ProbedServer) {
  yield* Effect.sleep("15 seconds")
  const rest: Rest = { ...(yield* server.held), descriptors: yield* server.descriptors }
  return rest
})

const told = ({ descriptors, fibers, heap, objects, sockets }: Rest): string =>
  `heap ${inMiB(heap)}, ${objects} objects, ${fibers} fibers, ${sockets} sockets, ${descriptors} descriptors`

const toldOfMirror = ({
  external,
  heap,
  objects,
  resident
}: Held & { readonly resident: number }): string =>
  `${objects} objects, heap ${inMiB(heap)}, external ${inMiB(external)}, ${inMiB(resident)} in use`

const program = Effect.gen(function* () {
  console.log(`soak: ${values.minutes} minutes, --seed ${seed}`)
  const shared = yield* temporaryFolder
  const inboxes = yield* temporaryFolder
  const folder = new ChangingFolder(shared, seeded(seed))
  const clock = hasSettableClock ? makeSettableClock(yield* temporaryFolder) : undefined
  if (clock === undefined) console.log("without faketime: the wall clock is left as it is")
  const server = yield* serveProbed(shared, serverOptions, clock?.environment)
  const mirror = yield* followFolder(server.address, shared, yield* temporaryFolder)
  const visits = new Map<string, number>()
  const waits: Array<number> = []

  const bustleFor = Effect.fnUntraced(function* (time: number) {
    const over = yield* Deferred.make<void>()
    const bustling = yield* Effect.forkChild(
      Effect.all(
        [
          bustle(server, folder, inboxes, over, visits),
          innocent(server, over, waits),
          clock === undefined ? Effect.void : setClock(clock.set, over)
        ],
        { concurrency: "unbounded", discard: true }
      )
    )
    const samples: Array<number> = []
    const sampling = Effect.gen(function* () {
      for (;;) {
        yield* Effect.sleep("500 millis")
        samples.push(server.residentMemory())
      }
    })
    yield* Effect.raceFirst(sampling, Effect.sleep(time * 1000))
    yield* Deferred.succeed(over, undefined)
    yield* Fiber.join(bustling)
    return samples
  })

  yield* bustleFor(Math.max(120, seconds / 5))
  const before = yield* atRest(server)
  console.log(`at rest, warm: ${told(before)}`)
  const mirrorBefore = yield* mirror.held

  const samples = yield* bustleFor((seconds * 4) / 5)
  const after = yield* atRest(server)
  console.log(`at rest, after: ${told(after)}`)
  for (const what of ["descriptors", "sockets", "fibers"] as const) {
    if (after[what] > before[what])
      complain(`${what}: ${before[what]} before, ${after[what]} after`)
  }
  if (after.heap > before.heap * (1 + mostDrift)) complain("the heap has grown")

  const fifths = Array.from({ length: 5 }, (_, fifth) =>
    median(samples.slice((samples.length * fifth) / 5, (samples.length * (fifth + 1)) / 5))
  )
  const [first = Number.NaN] = fifths
  const drift = (fifths.at(-1) ?? Number.NaN) / first - 1
  console.log(
    `memory in use by fifths: ${fifths.map(inMiB).join(", ")}; ${(drift * 100).toFixed(1)} %`
  )
  if (!(Math.abs(drift) <= mostDrift)) complain(`the memory in use drifts: ${drift}`)

  for (const name of mirror.differences()) complain(`the mirror that follows: ${name} differs`)
  const mirrorAfter = yield* mirror.held
  console.log(`the mirror that follows: ${toldOfMirror(mirrorBefore)}`)
  console.log(`in the end: ${toldOfMirror(mirrorAfter)}`)
  for (const what of ["objects", "heap", "external", "resident"] as const) {
    if (!(mirrorAfter[what] <= mirrorBefore[what] * (1 + mostMirrorGrowth[what])))
      complain(`the mirror that follows has grown: ${what}`)
  }
  const { code: mirrorCode, said: mirrorSaid } = yield* mirror.end
  if (mirrorCode !== 130 || mirrorSaid !== "")
    complain(`the mirror that follows: exit code ${mirrorCode}, ${mirrorSaid}`)

  yield* server.kill("SIGTERM")
  const code = yield* server.exitCode
  if (code !== 0) complain(`exit code ${code}`)
  for (const line of server.said().split("\n")) {
    if (/\blevel=(?:error|fatal)\b|transfer cut off/i.test(line)) {
      complain(`the server said: ${line}`)
    }
  }
  const slowest = waits.toSorted((one, other) => one - other)
  const quantile = (part: number): string =>
    (slowest[Math.floor(waits.length * part)] ?? Number.NaN).toFixed(1)
  console.log(
    `an innocent's PING: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, of ${waits.length}`
  )
  const counts = [...visits].map(([kind, count]) => `${kind} ${count}`)
  console.log(`visits: ${counts.join(", ")}; ${folder.changes} changes`)
  console.log(faults.length === 0 ? "soak: all well" : `soak: ${faults.length} wrong`)
  if (faults.length > 0) process.exitCode = 1
}).pipe(Effect.scoped)

NodeRuntime.runMain(program)
