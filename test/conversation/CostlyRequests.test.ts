/** Requests that name more than programs do: refused in so many words, before they cost anything. What each costs: `npm run limits`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"

const refused = "-ERR Mais de 1024 argumentos.\r\n"
const many = (count: number): ReadonlyArray<string> => Array.from({ length: count }, () => "get")

describe("a request that names too many", () => {
  for (const command of [["COMMAND", "INFO"], ["COMMAND", "DOCS"], ["CONFIG", "GET"], ["INFO"]]) {
    it.effect(`${command.join(" ")} is refused from 1,025 on`, () =>
      Effect.gen(function* () {
        const socket = yield* connect(yield* serve(emptyStore))
        yield* socket.ask(request(...command, ...many(1025)), refused)
        yield* socket.send(request(...command, ...many(1024)))
        assert.notStrictEqual(yield* socket.take(1), "-")
      })
    )
  }

  it.effect("EXISTS takes all that a request may have", () =>
    Effect.gen(function* () {
      const socket = yield* connect(yield* serve(emptyStore))
      yield* socket.ask(request("EXISTS", ...many(65_000)), ":0\r\n")
    })
  )
})
