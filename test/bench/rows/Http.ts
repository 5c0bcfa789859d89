/** Over HTTP: small files and the list of a folder, on connections that stay open, and a folder as one archive. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { rate, sink } from "../load/Sink.ts"
import { wrk, wrkPath } from "../load/Wrk.ts"
import { wall } from "../measure/Process.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { bare, bytesPerSecond, requestsPerSecond, type Row, type Scale } from "../Row.ts"

const files = 10_000
const connections = 50
const seconds = { full: 3, smoke: 1 }

const contest =
  (browser: boolean): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeSmall(folder, files)
      const asked = { connections, count: files, seconds: seconds[scale], browser }
      return { ours: wrk(yield* app(folder), asked), theirs: wrk(yield* nginx(folder), asked) }
    })

const listed = 1000

const besideAutoindex = (scale: Scale) =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* Files.makeSmall(folder, listed)
    const load = { connections: 8, seconds: seconds[scale] }
    return {
      ours: wrkPath(yield* app(folder), "/", load),
      theirs: wrkPath(yield* nginx(folder), "/", load)
    }
  })

const archived = { files: 5000, size: 100 * 1024 }

const besideTar = () =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    const { files, size } = archived
    yield* Files.makeMany(folder, files, size)
    const archive = {
      protocol: "plain",
      text: "GET /?tar HTTP/1.0\r\n\r\n",
      size: files * size
    } as const
    const ours = yield* sink(yield* app(folder), archive)
    // GNU tar reads no file where it sees that its archive goes to /dev/null.
    const theirs = wall({ program: "sh", words: ["-c", "tar -c . | cat > /dev/null"], cwd: folder })
    return {
      ours: ours.weighed(1, rate),
      theirs: bare(Effect.map(theirs, (milliseconds) => (files * size * 1000) / milliseconds))
    }
  })

const what = "10,000 different files of 1 KiB over HTTP, 50 connections kept open, asked by wrk"
const peer = "nginx, one worker"
const needs = ["nginx", "wrk"]

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "http-1k",
    what,
    peer,
    unit: requestsPerSecond,
    reach: 0.8,
    aim: 1,
    processor: { reach: 1.3 },
    needs,
    smoke: true,
    contest: contest(false)
  },
  {
    name: "http-1k-browser",
    what: "the same with the 13 headers of a browser",
    peer,
    unit: requestsPerSecond,
    reach: 0.75,
    needs,
    contest: contest(true)
  },
  {
    name: "http-list",
    what: "the page of a folder of 1,000 files of 1 KiB, 8 connections kept open, asked by wrk",
    peer: "nginx's autoindex, one worker",
    unit: requestsPerSecond,
    reach: 0.6,
    needs,
    contest: besideAutoindex
  },
  {
    name: "http-tar",
    what: "a folder of 5,000 files of 100 KiB as one archive, one connection, neutral sink",
    peer: "`tar -c` into a pipe",
    unit: bytesPerSecond,
    needs: ["tar", "sh"],
    contest: besideTar
  }
]
