/**
 * `npm run limits`: what the costliest request of each command, and the connections that hold the most, cost a server
 * with its default flags. `--write` keeps the figures in docs/limits.md; `--smoke` is small, and fails where a request,
 * the first time or again, holds the event loop for longer, or takes more memory, than is promised there. `--only WORD`
 * measures the requests and connections alone that have the word in their name.
 */
import { parseArgs } from "node:util"
import { setup as buildBundle, variable } from "../support/setup/bundle.ts"
import { burst, fillLog, followingBurst } from "./Changes.ts"
import { costlyChangesRequests } from "./ChangesRequests.ts"
import { large, makeChangingFolder, makeFolder } from "./Folder.ts"
import { holdings } from "./Holdings.ts"
import { costlyHttpRequests } from "./HttpRequests.ts"
import {
  asking,
  type Measured,
  measureAgain,
  measureFirst,
  measureHolding,
  type Start
} from "./Measure.ts"
import { type Cost, startServer } from "./MeasuredServer.ts"
import { ms, row, size, type Tables, writePage } from "./Page.ts"
import { type CostlyRequest, costlyRequests, type Face } from "./Requests.ts"

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    only: { type: "string", default: "" }
  }
})

/** No request holds the event loop for longer, in milliseconds, nor takes more memory, in bytes. */
const longestTurn = 20
const mostMemory = 32 * 1024 * 1024

/** The first time nothing is compiled yet, which takes a slow machine twice as long; the smoke run is for any machine. */
const longestFirst = values.smoke ? 2 * longestTurn : longestTurn

const isWithin = (cost: Cost): boolean => cost.longestTurn <= longestFirst

const files = values.smoke ? 20_000 : 100_000

const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(values.only)

const faults: Array<string> = []
const tables: Tables = {
  requests: [],
  "requests over HTTP": [],
  "requests about changes": [],
  connections: []
}

const tell = (
  table: keyof Tables,
  { bound, name }: Omit<CostlyRequest, "bytes">,
  { again, first }: Measured
): void => {
  const line = row(
    name,
    ms(first.longestTurn),
    ms(again.longestTurn),
    ms(again.processor),
    size(Math.max(first.memory, again.memory)),
    bound
  )
  console.log(line)
  tables[table].push(line)
  for (const [when, { longestTurn: turn }, most] of [
    ["the first time", first, longestFirst],
    ["again", again, longestTurn]
  ] as const)
    if (turn > most) faults.push(`${name}, ${when}, holds the event loop for ${ms(turn)}`)
  // The first time, the heap of a new process grows to its size as well, and what is cached is taken.
  if (again.memory > mostMemory) faults.push(`${name} takes ${size(again.memory)}`)
}

const removeBundle = buildBundle()
const bundle = process.env[variable] ?? ""
const folder = makeFolder(files)
const changing = makeChangingFolder()
const start: Start = (...flags) => startServer(bundle, folder.path, ...flags)

const measureRequests = async (): Promise<void> => {
  const wanted: ReadonlyArray<readonly [Face, CostlyRequest]> = [
    ...costlyRequests(folder.names).map((request) => ["resp", request] as const),
    ...costlyHttpRequests(large, folder.names[0] ?? "").map((request) => ["http", request] as const)
  ].filter(([, request]) => isWanted(request))
  const server = await start()
  for (const [face, request] of wanted) {
    const work = asking(face, request)
    await work(server)
    const again = await measureAgain(server, work)
    const first = await measureFirst(start, work, isWithin)
    tell(face === "resp" ? "requests" : "requests over HTTP", request, { first, again })
  }
  await server.stop()
}

const following = {
  name: `64 costly patterns of \`PSUBSCRIBE\` while ${burst.toLocaleString("en")} files change`,
  bound: "64 patterns of 256 bytes; few changes a turn"
}

const measureChanges = async (): Promise<void> => {
  if (!costlyChangesRequests.some(isWanted) && !isWanted(following)) return
  const server = await startServer(bundle, changing.path)
  console.log(`${await fillLog(server, changing)} changes in a full log`)
  for (const request of costlyChangesRequests.filter(isWanted)) {
    const work = asking("resp", request)
    const first = await work(server)
    tell("requests about changes", request, { first, again: await measureAgain(server, work) })
  }
  if (isWanted(following)) {
    const work = followingBurst(changing)
    const first = await work(server)
    tell("requests about changes", following, { first, again: await measureAgain(server, work) })
  }
  await server.stop()
}

const measureHoldings = async (): Promise<void> => {
  for (const holding of holdings.filter(isWanted)) {
    const held = await measureHolding(start, holding)
    const line = row(holding.name, size(held), size(held * 256), holding.bound)
    console.log(line)
    tables.connections.push(line)
    if (held > holding.most) faults.push(`${holding.name}: ${size(held)} a connection`)
  }
}

try {
  await measureRequests()
  await measureChanges()
  await measureHoldings()
} finally {
  folder.remove()
  changing.remove()
  removeBundle()
}

// The tables of some are no page.
if (values.write && values.only === "") writePage(tables, files)
for (const fault of faults) console.log(`OVER THE LIMIT: ${fault}`)
if (values.smoke && faults.length > 0) process.exitCode = 1
