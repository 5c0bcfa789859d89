/** Connections that do nothing, held by other processes: test/support/programs/holder.ts. */
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import { start } from "../../support/programs/App.ts"
import { early } from "../measure/Process.ts"
import { Trouble } from "../Row.ts"

const program = fileURLToPath(new URL("../../support/programs/holder.ts", import.meta.url))

/** Connections that are open. */
export interface Held {
  /** Asks on each, and waits for all the answers. */
  readonly ask: Effect.Effect<void, Trouble>
}

/** What is asked on each, and how the answer begins, which comes whole. */
export interface Question {
  readonly text: string
  readonly answer: string
}

/** PING of RESP. */
export const ping: Question = { text: "PING\r\n", answer: "+PONG\r\n" }

/** Opens so many, until the scope closes. */
export const hold = (
  { host, port }: Address,
  connections: number,
  { answer, text }: Question
): Effect.Effect<Held, Trouble, Scope.Scope> =>
  Effect.gen(function* () {
    const words = [program, host, String(port), String(connections), text, answer]
    const running = yield* start(process.execPath, words, { cwd: "/" })
    yield* Effect.mapError(running.says("stdout", /^open \d+\n/m), early("the holder"))
    return {
      ask: running.write("\n").pipe(
        Effect.andThen(running.says("stdout", /^answered (\d+)\n/m)),
        Effect.mapError(early("the holder")),
        Effect.flatMap(([, answered]) =>
          Number(answered) === connections
            ? Effect.void
            : Effect.fail(new Trouble({ message: `${answered} of ${connections} were answered` }))
        )
      )
    }
  })
