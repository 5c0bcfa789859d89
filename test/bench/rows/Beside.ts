/** What those who ask small things notice of one who fetches a large one. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { redisBenchmark } from "../load/RedisBenchmark.ts"
import { overResp, sink } from "../load/Sink.ts"
import { app } from "../peers/App.ts"
import { bare, milliseconds, type Row } from "../Row.ts"

const requests = { full: 100_000, smoke: 30_000 }

const besideDownload =
  (connections: number, part: number): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeLarge(folder, "large", Files.gibibyte)
      const peer = yield* app(folder)
      const { begin, drain, end } = yield* sink(peer, overResp("large", Files.gibibyte))
      const p99 = Effect.map(
        redisBenchmark(peer.address, {
          command: ["hora_atual"],
          connections,
          requests: requests[scale] * part
        }),
        ({ p99 }) => p99
      )
      // One download after another, for as long as is asked; the last is let run to its end.
      const beside = Effect.gen(function* () {
        yield* begin(1)
        let asking = true
        const asked = Effect.tap(p99, () => Effect.sync(() => (asking = false)))
        const downloads = Effect.gen(function* () {
          yield* end
          while (asking) yield* drain(1)
        })
        const [figure] = yield* Effect.all([asked, downloads], { concurrency: 2 })
        return figure
      })
      return { ours: bare(beside), theirs: bare(p99) }
    })

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "p99-beside",
    what: "99th percentile of `hora_atual`, 50 connections, beside a download of 1 GiB",
    peer: "the same with nobody else there",
    unit: milliseconds,
    reach: 3,
    aim: 1.5,
    needs: ["redis-benchmark"],
    contest: besideDownload(50, 1)
  },
  {
    name: "p99-beside-1",
    what: "the same on one connection",
    peer: "the same with nobody else there",
    unit: milliseconds,
    needs: ["redis-benchmark"],
    contest: besideDownload(1, 0.2)
  }
]
