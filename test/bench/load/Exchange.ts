/** One conversation whose end is its answer's end: everything is sent at once, and everything is read. */
import { Effect } from "effect"
import { connect } from "node:net"
import type { Address } from "../../../src/domain/Address.ts"
import { Trouble } from "../Row.ts"

/** Sends this (latin1) and returns all that comes until the peer hangs up; an error reply is a trouble. */
export const exchange = ({ host, port }: Address, text: string): Effect.Effect<string, Trouble> =>
  Effect.callback<string, Trouble>((resume) => {
    const pieces: Array<Buffer> = []
    const socket = connect({ host, port, noDelay: true })
    socket.on("data", (piece: Buffer) => pieces.push(piece))
    socket.once("error", ({ message }) => resume(new Trouble({ message })))
    socket.once("end", () => resume(Effect.succeed(Buffer.concat(pieces).toString("latin1"))))
    socket.write(text, "latin1")
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.filterOrFail(
      (answer) => !/^-/m.test(answer),
      (answer) => new Trouble({ message: /^-.*$/m.exec(answer)?.[0] ?? "" })
    )
  )
