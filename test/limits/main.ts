/**
 * `npm run limits`: what the costliest request of each command, and the connections that hold the most, cost a server
 * with its default flags. `--write` keeps the figures in docs/limits.md; `--smoke` is small, and fails where a request
 * holds the event loop, or memory, for longer or for more than is promised there.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { root } from "../support/programs/App.ts"
import { type Holding, holdings } from "./Holdings.ts"
import { ask, type Cost, type MeasuredServer, open, startServer } from "./MeasuredServer.ts"
import { costlyHttpRequests } from "./HttpRequests.ts"
import { type CostlyRequest, costlyRequests, type Face } from "./Requests.ts"

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false }
  }
})

/** No request holds the event loop for longer, in milliseconds, nor takes more memory, in bytes. */
const longestTurn = 20
const mostMemory = 32 * 1024 * 1024

/** Each is measured so often, and the least is told: what else the machine does can only add to it. */
const rounds = 5

/** What was read is let go of, or written, a moment after it was answered; what is held then is what stays. In milliseconds. */
const settling = 500

const files = values.smoke ? 20_000 : 100_000

/** The folder that has half of the files. */
const large = "m"

const makeFolder = (): { readonly folder: string; readonly names: ReadonlyArray<string> } => {
  const folder = mkdtempSync(join(tmpdir(), "limits-"))
  const names: Array<string> = []
  for (let index = 0; index < files; index++) {
    // Half of all in one folder, the rest in a hundred.
    const place = index % 2 === 0 ? large : `p${index % 100}`
    mkdirSync(join(folder, place), { recursive: true })
    const name = `${place}/${String(index).padStart(6, "0")}-${"a".repeat(20)}.txt`
    names.push(name)
    writeFileSync(join(folder, name), "x".repeat(1024))
  }
  writeFileSync(join(folder, "grande.bin"), "")
  truncateSync(join(folder, "grande.bin"), 1024 ** 3)
  return { folder, names }
}

const least = (costs: ReadonlyArray<Cost>): Cost => ({
  longestTurn: Math.min(...costs.map(({ longestTurn }) => longestTurn)),
  processor: Math.min(...costs.map(({ processor }) => processor)),
  memory: Math.min(...costs.map(({ memory }) => memory))
})

const measureRequest = async (
  server: MeasuredServer,
  face: Face,
  { bytes }: CostlyRequest
): Promise<Cost> => {
  const costs: Array<Cost> = []
  for (let round = 0; round < rounds; round++) {
    const socket = await open(server.port)
    const request = bytes()
    costs.push(await server.cost(() => ask(socket, request, face)))
    socket.destroy()
  }
  return least(costs)
}

/** Holds `count` connections as the holding says, and tells what each takes. */
const measureHolding = async (
  folder: string,
  { count, options = [], password, hold }: Holding
): Promise<number> => {
  const server = await startServer(
    folder,
    options,
    password === undefined ? {} : { APP_PASSWORD: password }
  )
  try {
    const before = server.memory()
    const sockets = []
    for (let index = 0; index < count; index++) {
      const socket = await open(server.port)
      await hold(socket)
      sockets.push(socket)
    }
    // What is held is held once the server has read all that was sent: whoever comes last is answered after them.
    const last = await open(server.port)
    await new Promise((resolve) => {
      last.once("data", resolve)
      last.write("PING\r\n")
    })
    await new Promise((resolve) => setTimeout(resolve, settling))
    const held = (server.memory() - before) / count
    for (const socket of [...sockets, last]) socket.destroy()
    return Math.max(0, held)
  } finally {
    await server.stop()
  }
}

const ms = (time: number): string => `${time < 10 ? time.toFixed(1) : time.toFixed(0)} ms`
const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const { folder, names } = makeFolder()
const faults: Array<string> = []
const requestRows: Record<Face, Array<string>> = { resp: [], http: [] }
const holdingRows: Array<string> = []
try {
  const server = await startServer(folder)
  const all: ReadonlyArray<readonly [Face, CostlyRequest]> = [
    ...costlyRequests(names).map((request) => ["resp", request] as const),
    ...costlyHttpRequests(large, names[0] ?? "").map((request) => ["http", request] as const)
  ]
  // The folder has been read once, and the code has been run.
  for (const [face, { bytes }] of all) {
    const warm = await open(server.port)
    await ask(warm, bytes(), face)
    warm.destroy()
  }
  for (const [face, request] of all) {
    const cost = await measureRequest(server, face, request)
    const line = row([
      request.name,
      ms(cost.longestTurn),
      ms(cost.processor),
      size(cost.memory),
      request.bound
    ])
    console.log(line)
    requestRows[face].push(line)
    if (cost.longestTurn > longestTurn)
      faults.push(`${request.name} holds the event loop for ${ms(cost.longestTurn)}`)
    if (cost.memory > mostMemory) faults.push(`${request.name} takes ${size(cost.memory)}`)
  }
  await server.stop()
  for (const holding of holdings) {
    const held = await measureHolding(folder, holding)
    const line = row([holding.name, size(held), size(held * 256), holding.bound])
    console.log(line)
    holdingRows.push(line)
    if (held > holding.most) faults.push(`${holding.name}: ${size(held)} a connection`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

if (values.write) {
  const page = join(root, "docs", "limits.md")
  const text = readFileSync(page, "utf8")
  const between = (name: string, rows: ReadonlyArray<string>, page: string): string =>
    page.replace(
      new RegExp(`(<!-- ${name} -->\n(?:.*\n){2})[^]*?(<!-- /${name} -->)`),
      (_, head: string, tail: string) => `${head}${rows.join("\n")}\n${tail}`
    )
  const machine = `${cpus()[0]?.model.trim() ?? "?"}, ${cpus().length} cores, Node ${process.versions.node}, ${files.toLocaleString("en")} files`
  writeFileSync(
    page,
    between(
      "requests",
      requestRows.resp,
      between("requests over HTTP", requestRows.http, between("connections", holdingRows, text))
    ).replace(/(<!-- machine -->).*/, (_, mark: string) => `${mark} ${machine}`)
  )
}
for (const fault of faults) console.log(`OVER THE LIMIT: ${fault}`)
if (values.smoke && faults.length > 0) process.exitCode = 1
