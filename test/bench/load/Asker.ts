/** Questions in any protocol whose answers always have the same size, asked by a process of its own. */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { output, type Peer } from "../measure/Process.ts"
import { weigh } from "../measure/Processor.ts"
import type { Sample, Trouble } from "../Row.ts"
import { exchange } from "./Exchange.ts"

const program = fileURLToPath(new URL("asker-process.ts", import.meta.url))

/** A question (latin1), and what to say after it so that the server hangs up, with the size of its answer to that. */
export interface Question {
  readonly text: string
  readonly farewell: string
  readonly farewellSize: number
}

/** Asks so often, over so many connections; answers a second, and what one takes of the server. */
export const askMany = (
  peer: Peer,
  { farewell, farewellSize, text }: Question,
  { connections, requests }: { readonly connections: number; readonly requests: number }
): Effect.Effect<Sample, Trouble> =>
  Effect.gen(function* () {
    const { address } = peer
    const size = (yield* exchange(address, text + farewell)).length - farewellSize
    const words = [address.host, address.port, text, size, connections, requests].map(String)
    const asking = Effect.map(output(process.execPath, [program, ...words], "/"), (perSecond) => ({
      figure: Number(perSecond),
      amount: requests
    }))
    return yield* weigh(peer, asking)
  })
