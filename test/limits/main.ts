/**
 * `npm run limits`: what the costliest request of each command, and the connections that hold the most, cost a server
 * with its default flags. Fails where one holds the event loop for longer, or needs more memory, than is promised in
 * docs/limits.md, whose figures `--write` writes. `--smoke` is smaller. `--only WORD` measures the requests and
 * connections alone that have the word in their name.
 */
import { parseArgs } from "node:util"
import { setup as buildBundle, variable } from "../support/setup/bundle.ts"
import { burstRow, fillLogs, followingBurst } from "./Changes.ts"
import { costlyChangesRequests } from "./ChangesRequests.ts"
import { large, makeChangingFolder, makeFolder } from "./Folder.ts"
import { type Holding, holdings, holdingsOfOneAddress } from "./Holdings.ts"
import { costlyHttpRequests } from "./HttpRequests.ts"
import {
  asking,
  type Measured,
  measureAgain,
  measureFirst,
  measureHolding,
  measureMemory,
  type Start,
  type Work
} from "./Measure.ts"
import { type Cost, frugal, type MeasuredServer, startServer } from "./MeasuredServer.ts"
import { ms, row, size, type Tables, writePage } from "./Page.ts"
import { costlyPickles } from "./PickleRequests.ts"
import { array, type CostlyRequest, costlyRequests, type Face } from "./Requests.ts"
import { handshakes, makeCertificate } from "./Tls.ts"

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    only: { type: "string", default: "" }
  }
})

/** No request that was asked before holds the event loop for longer, in milliseconds, nor needs more memory, in bytes. */
const longestTurn = 20
const mostMemory = 32 * 1024 * 1024

/** The first time nothing is compiled yet, which takes as much again. */
const longestFirst = 2 * longestTurn

const isWithin = (cost: Cost): boolean => cost.longestTurn <= longestFirst

/** What is within the limits is not asked for again, unless the page is to have the least of all rounds. */
const isEnough = (cost: Cost): boolean => !values.write && cost.longestTurn <= longestTurn
const isFrugal = (memory: number): boolean => !values.write && memory <= mostMemory

const files = values.smoke ? 20_000 : 100_000

const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(values.only)

const faults: Array<string> = []
const tables: Tables = {
  requests: [],
  "requests over HTTP": [],
  "requests by pickle": [],
  "requests about changes": [],
  handshakes: [],
  connections: [],
  "one address": []
}

/** What is measured: a row of a table. */
interface Measurement extends Omit<CostlyRequest, "bytes"> {
  readonly table: keyof Tables
  readonly work: Work
}

const asked =
  (table: keyof Tables, face: Face) =>
  (request: CostlyRequest): Measurement => ({ ...request, table, work: asking(face, request) })

const tell = ({ bound, name, table }: Measurement, { again, first, needed }: Measured): void => {
  const line = row(
    name,
    ms(first.longestTurn),
    ms(again.longestTurn),
    ms(again.processor),
    size(needed),
    size(first.memory),
    bound
  )
  console.log(line)
  tables[table].push(line)
  for (const [when, { longestTurn: turn }, most] of [
    ["the first time", first, longestFirst],
    ["again", again, longestTurn]
  ] as const)
    if (turn > most) faults.push(`${name}, ${when}, holds the event loop for ${ms(turn)}`)
  if (needed > mostMemory) faults.push(`${name} needs ${size(needed)}`)
}

const removeBundle = buildBundle()
const bundle = process.env[variable] ?? ""
const folder = makeFolder(files)
const changing = makeChangingFolder()
const certificate = makeCertificate()
const start: Start = (...flags) => startServer(bundle, folder.path, ...flags)
const startSecure: Start = (options = [], ...flags) =>
  start([...certificate.options, ...options], ...flags)

const startSaving: Start = (options, env) => start(options, env, frugal)

/** Measures on servers that `start` makes, or else the first time too on the one that is asked again. */
const measureAll = async (
  measurements: ReadonlyArray<Measurement>,
  server: MeasuredServer,
  saving: MeasuredServer,
  start?: Start
): Promise<void> => {
  for (const measurement of measurements) {
    const { isKept, work } = measurement
    const before = await work(server)
    const again = await measureAgain(server, work, isEnough)
    const needed = await measureMemory(saving, work, isFrugal, isKept)
    const first = start === undefined ? before : await measureFirst(start, work, isWithin)
    tell(measurement, { first, again, needed })
  }
  await server.stop()
  await saving.stop()
}

const walking = asking("resp", { name: "", bytes: () => array("DBSIZE"), bound: "" })

const measureRequests = async (
  start: Start,
  ...measurements: ReadonlyArray<Measurement>
): Promise<void> => {
  const wanted = measurements.filter(isWanted)
  if (wanted.length === 0) return
  const saving = await start([], {}, frugal)
  // What is known of names is held from the first request on that walks the folder, whichever that is.
  await walking(saving)
  await measureAll(wanted, await start(), saving, start)
}

const followingMany: Measurement = {
  ...burstRow,
  table: "requests about changes",
  work: followingBurst(changing)
}

const measureChanges = async (): Promise<void> => {
  const wanted = [
    ...costlyChangesRequests.map(asked("requests about changes", "resp")),
    followingMany
  ].filter(isWanted)
  if (wanted.length === 0) return
  const server = await startServer(bundle, changing.path)
  const saving = await startServer(bundle, changing.path, [], {}, frugal)
  const lengths = await fillLogs([server, saving], changing)
  console.log(`${lengths.join(" and ")} changes in full logs`)
  await measureAll(wanted, server, saving)
}

const measureHoldings = async (start: Start, kinds: ReadonlyArray<Holding>): Promise<void> => {
  for (const holding of kinds.filter(isWanted)) {
    const held = await measureHolding(start, holding)
    const line = row(holding.name, size(held), size(held * 256), holding.bound)
    console.log(line)
    tables.connections.push(line)
    if (held > holding.most) faults.push(`${holding.name}: ${size(held)} a connection`)
  }
}

const measureOneAddress = async (): Promise<void> => {
  for (const holding of holdingsOfOneAddress.filter(isWanted)) {
    // Over the bound some are cut off, whose memory is garbage.
    const held = (await measureHolding(startSaving, holding)) * holding.count
    const line = row(holding.name, size(held), holding.bound)
    console.log(line)
    tables["one address"].push(line)
    if (held > holding.most) faults.push(`${holding.name}: ${size(held)}`)
  }
}

try {
  await measureRequests(
    start,
    ...costlyRequests(folder.names, folder.version).map(asked("requests", "resp")),
    ...costlyHttpRequests(large, folder.names[0] ?? "").map(asked("requests over HTTP", "http")),
    ...costlyPickles.map(asked("requests by pickle", "pickle"))
  )
  await measureChanges()
  await measureRequests(
    startSecure,
    ...handshakes.map((handshake) => ({ ...handshake, table: "handshakes" as const }))
  )
  await measureHoldings(
    start,
    holdings.filter(({ isSecure }) => isSecure !== true)
  )
  await measureHoldings(
    startSecure,
    holdings.filter(({ isSecure }) => isSecure === true)
  )
  await measureOneAddress()
} finally {
  folder.remove()
  changing.remove()
  certificate.remove()
  removeBundle()
}

// The tables of some are no page.
if (values.write && values.only === "") writePage(tables, files)
for (const fault of faults) console.log(`OVER THE LIMIT: ${fault}`)
if (faults.length > 0) process.exitCode = 1
