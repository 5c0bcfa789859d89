/** Small files over HTTP, on connections that stay open: the same program asks both sides the same. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { wrk } from "../load/Wrk.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { cost, type Peer } from "../measure/Process.ts"
import { microseconds, requestsPerSecond, type Row, type Scale } from "../Row.ts"

const files = 10_000
const connections = 50
const seconds = { full: 3, smoke: 1 }

const rate = ({ address }: Peer, scale: Scale, browser: boolean) =>
  wrk(address, { connections, count: files, seconds: seconds[scale], browser })

/** The processor's time that the server takes for a request, in microseconds. */
const costOfOne = (peer: Peer, scale: Scale) =>
  Effect.gen(function* () {
    let asked = 0
    const all = yield* cost(
      peer,
      Effect.tap(rate(peer, scale, false), (perSecond) =>
        Effect.sync(() => (asked = perSecond * seconds[scale]))
      )
    )
    return all / asked
  })

const contest =
  (figure: (peer: Peer, scale: Scale) => ReturnType<typeof rate>): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeSmall(folder, files)
      const ours = yield* app(folder)
      const theirs = yield* nginx(folder)
      return { ours: figure(ours, scale), theirs: figure(theirs, scale) }
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
    needs,
    smoke: true,
    contest: contest((peer, scale) => rate(peer, scale, false))
  },
  {
    name: "http-1k-browser",
    what: "the same with the 13 headers of a browser",
    peer,
    unit: requestsPerSecond,
    reach: 0.75,
    needs,
    contest: contest((peer, scale) => rate(peer, scale, true))
  },
  {
    name: "http-1k-cpu",
    what: "processor's time for one of these",
    peer,
    unit: microseconds,
    reach: 1.3,
    needs,
    contest: contest(costOfOne)
  }
]
