/** What the time of an answer tells of the password: nothing. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"

const password = "correct-horse-battery-staple-42!"
const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"

/** Wrong passwords of many lengths, and ones that are wrong from ever later on. */
const given: ReadonlyArray<string> = [
  "x",
  "x".repeat(8),
  "x".repeat(31),
  "x".repeat(32),
  "x".repeat(33),
  "x".repeat(64),
  "x".repeat(128),
  `${password.slice(0, 1)}${"x".repeat(31)}`,
  `${password.slice(0, 16)}${"x".repeat(16)}`,
  `${password.slice(0, 31)}x`,
  `${password}${password}`
]

const rounds = 1500

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Another address each time: the fifth from one would wait, and all of 127.0.0.0/8 is this machine's. */
const addressOf = (index: number): string =>
  `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`

describe("the time that the answer to a wrong password takes", () => {
  it.live.skipIf(process.platform !== "linux")(
    "does not differ measurably by its length, nor by how much of it is right",
    () =>
      Effect.gen(function* () {
        const address = yield* serve(emptyStore, { passwords: () => [Redacted.make(password)] })
        const times = given.map((): Array<number> => [])
        let attempts = 0
        const tryOne = Effect.fnUntraced(function* (index: number) {
          const localAddress = addressOf(attempts++)
          const client = yield* connect(address, { localAddress })
          // The connection is there, and the code for its first request has run.
          yield* client.ask(request("RESET"), "+RESET\r\n")
          const auth = request("AUTH", given[index] ?? "")
          const began = performance.now()
          yield* client.ask(auth, wrong)
          times[index]?.push(performance.now() - began)
        })
        for (let round = 0; round < rounds; round++) {
          // In turn, and each round begins with another, so that none always comes after the same.
          for (let place = 0; place < given.length; place++)
            yield* Effect.scoped(tryOne((round + place) % given.length))
        }
        const medians = times.map((each) => median(each.slice(rounds / 10)))
        const all = median(medians)
        console.log(
          given
            .map(
              (word, index) =>
                `${word.length} bytes: ${((medians[index] ?? 0) * 1000).toFixed(1)} us`
            )
            .join(", ")
        )
        // One byte looked at more or less is about a nanosecond; what is left is the machine's noise.
        for (const each of medians) assert.isBelow(Math.abs(each / all - 1), 0.1)
      }).pipe(Effect.scoped)
  )
})
