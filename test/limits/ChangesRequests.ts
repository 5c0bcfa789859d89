/**
 * The costliest requests about the changes of the files, for a server whose log of changes is full: streams, and what a
 * connection follows.
 */
import { array, type CostlyRequest, longestPattern, mostNamed, repeat } from "./Requests.ts"

/** The most entries of one XRANGE (routes/StreamRoutes). */
const mostRanged = "100000"

const named = "1,024 names, sections or patterns"
const missing = repeat(mostNamed, (index) => `falta/${index}`)

/** As many channels as a connection may follow, which fill a request. */
const longChannels = repeat(mostNamed, (index) => `${"a".repeat(980)}${index}`)

/** What all names of changes begin with: a run of one letter, so that a pattern of the same fails late everywhere. */
export const changedName = (index: number): string =>
  `${"a".repeat(120)}${String(index).padStart(7, "0")}`

/** As many patterns as one connection may follow, each of which fails late wherever it is tried in a name. */
export const costlyPatterns: ReadonlyArray<string> = repeat(
  64,
  (index) => `*${"a".repeat(longestPattern / 4 + index)}b`
)

/** All of them. */
export const costlyChangesRequests: ReadonlyArray<CostlyRequest> = [
  {
    name: "`XREAD`, from the beginning",
    bytes: () => array("XREAD", "STREAMS", "arquivos", "0"),
    bound: "500 entries"
  },
  {
    name: "`XREAD` of the stream 1,024 times",
    bytes: () =>
      array(
        "XREAD",
        "STREAMS",
        ...repeat(mostNamed, () => "arquivos"),
        ...repeat(mostNamed, () => "0")
      ),
    bound: "500 entries"
  },
  {
    name: "`XREAD` of 1,024 streams that there are not",
    bytes: () => array("XREAD", "STREAMS", ...missing, ...repeat(mostNamed, () => "0")),
    bound: named
  },
  {
    name: "`XRANGE`, everything",
    bytes: () => array("XRANGE", "arquivos", "-", "+", "COUNT", mostRanged),
    bound: "100,000 entries, made as they are sent"
  },
  {
    name: "`XREVRANGE`, everything",
    bytes: () => array("XREVRANGE", "arquivos", "+", "-", "COUNT", mostRanged),
    bound: "100,000 entries, made as they are sent"
  },
  {
    name: "`XRANGE`, more than is answered",
    bytes: () => array("XRANGE", "arquivos", "-", "+"),
    bound: "100,000 entries"
  },
  { name: "`XLEN`", bytes: () => array("XLEN", "arquivos"), bound: "–" },
  {
    name: "`XINFO STREAM FULL`, everything",
    bytes: () => array("XINFO", "STREAM", "arquivos", "FULL", "COUNT", "0"),
    bound: "500 entries"
  },
  {
    name: "`XINFO GROUPS`",
    bytes: () => array("XINFO", "GROUPS", "arquivos"),
    bound: "–"
  },
  {
    name: "`SUBSCRIBE` and `UNSUBSCRIBE`, 1,024 long channels",
    bytes: () => array("SUBSCRIBE", ...longChannels) + array("UNSUBSCRIBE", ...longChannels),
    bound: "1,024 channels, and 2 MiB"
  },
  {
    name: "`SSUBSCRIBE` and `SUNSUBSCRIBE`, 1,024 long channels",
    bytes: () => array("SSUBSCRIBE", ...longChannels) + array("SUNSUBSCRIBE", ...longChannels),
    bound: "1,024 channels, and 2 MiB"
  },
  {
    name: "`PSUBSCRIBE` and `PUNSUBSCRIBE`, 64 costly patterns",
    bytes: () => array("PSUBSCRIBE", ...costlyPatterns) + array("PUNSUBSCRIBE", ...costlyPatterns),
    bound: "64 patterns of 256 bytes"
  },
  {
    name: "`PUBSUB CHANNELS` and `SHARDCHANNELS`, a costly pattern held against 1,024",
    bytes: () =>
      array("SUBSCRIBE", ...longChannels)
      + array("PUBSUB", "CHANNELS", costlyPatterns.at(-1) ?? "")
      + array("PUBSUB", "SHARDCHANNELS", costlyPatterns.at(-1) ?? "")
      + array("PUBSUB", "NUMPAT")
      + array("UNSUBSCRIBE"),
    bound: "256 bytes a pattern"
  },
  {
    name: "`PUBSUB NUMSUB` and `SHARDNUMSUB` of 1,024",
    bytes: () =>
      array("PUBSUB", "NUMSUB", ...repeat(mostNamed, () => "ab"))
      + array("PUBSUB", "SHARDNUMSUB", ...repeat(mostNamed, () => "ab")),
    bound: named
  }
]
