/** A reader of the stream of changes: `port`, and the id that it begins behind. Writes each entry as a line of JSON, in order. */
import { Redis } from "ioredis-6"

const [port, begin = "0"] = process.argv.slice(2)
const redis = new Redis(Number(port))

for (let id = begin; ;) {
  const streams = await redis.xread("COUNT", 5, "BLOCK", 10_000, "STREAMS", "arquivos", id)
  for (const entry of streams?.[0]?.[1] ?? []) {
    process.stdout.write(`${JSON.stringify(entry)}\n`)
    id = entry[0]
  }
}
