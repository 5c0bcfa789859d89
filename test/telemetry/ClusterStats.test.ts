/** What is summed over the processes of a server. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { afterEnd, Totals } from "../../src/telemetry/ClusterStats.ts"

const counted = ["httpRequests", "respCommands", "pickleCommands", "durations"]

describe("the totals of a process that has ended", () => {
  it("have what it did, and nothing of what it was or held", () => {
    const all = Object.keys(Totals.fields)
    const totals = Schema.decodeUnknownSync(Totals)(
      Object.fromEntries(all.map((key) => [key, counted.includes(key) ? { a: 1 } : 1]))
    )
    const gone = Object.entries(afterEnd(totals)).flatMap(([key, value]) =>
      value === 0 ? [key] : []
    )
    assert.sameMembers(gone, [
      "workers",
      "draining",
      "storesGone",
      "maxClients",
      "connectedClients",
      "eventStreams",
      "changeFollowers",
      "blockedClients",
      "pubsubChannels",
      "pubsubPatterns",
      "pubsubShardChannels",
      "indexFolders",
      "indexBytes",
      "heapUsed",
      "rss"
    ])
  })
})
