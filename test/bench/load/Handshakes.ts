/** openssl s_time: connections over TLS one after the other, each with a handshake and one answer. */
import { Duration, Effect } from "effect"
import { flags, output, type Peer } from "../measure/Process.ts"
import { weigh } from "../measure/Processor.ts"
import { type Sample, Trouble } from "../Row.ts"

/** So many at once, so that a server with a core of its own is kept busy. */
const clients = 4

/** Whether each connection begins anew, or resumes the session of the first. */
export type Manner = "new" | "reuse"

/** It prints a letter for each connection: `r` where the session was resumed, `*` where not. */
const resumed = /^[r]{2,}$/m

/** Handshakes a second for so many seconds, and what one takes of the server. */
export const handshakes = (
  peer: Peer,
  name: string,
  manner: Manner,
  seconds: number
): Effect.Effect<Sample, Trouble> => {
  const { host, port } = peer.address
  const words = [
    "s_time",
    "-tls1_3",
    `-${manner}`,
    ...flags({ "-connect": `${host}:${port}`, "-www": `/${name}`, "-time": seconds })
  ]
  const one = Effect.flatMap(output("openssl", words, "/"), (printed) => {
    const connections = /^(\d+) connections in [\d.]+s;/m.exec(printed)?.[1]
    return connections === undefined || resumed.test(printed) !== (manner === "reuse")
      ? Effect.fail(new Trouble({ message: `openssl s_time printed ${printed}` }))
      : Effect.succeed(Number(connections))
  })
  const all = Effect.all(
    Array.from({ length: clients }, () => one),
    { concurrency: clients }
  )
  return weigh(
    peer,
    Effect.map(Effect.timed(all), ([took, counts]) => {
      const amount = counts.reduce((sum, count) => sum + count, 0)
      return { figure: amount / Duration.toSeconds(took), amount }
    })
  )
}
