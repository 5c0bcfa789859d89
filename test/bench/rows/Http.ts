/** Small files over HTTP, on connections that stay open: the same program asks both sides the same. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { wrk } from "../load/Wrk.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { requestsPerSecond, type Row } from "../Row.ts"

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
  }
]
