/** Replies of RESP 2, read from raw bytes by code that shares nothing with the client's. */
import { Effect } from "effect"
import type { ConnectionEnded, RawSocket } from "./RawSocket.ts"

/** A reply. */
export type Reply =
  | { readonly _tag: "Status" | "Error"; readonly text: string }
  | { readonly _tag: "Integer"; readonly value: number }
  | { readonly _tag: "Bulk"; readonly bytes: Buffer }
  | { readonly _tag: "Null" }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Reply> }

/** The next reply. */
export const readReply = (socket: RawSocket): Effect.Effect<Reply, ConnectionEnded> =>
  Effect.flatMap(socket.takeThrough("\r\n"), (line): Effect.Effect<Reply, ConnectionEnded> => {
    const text = line.slice(1, -2)
    const count = Number(text)
    switch (line[0]) {
      case "+":
        return Effect.succeed({ _tag: "Status", text })
      case "-":
        return Effect.succeed({ _tag: "Error", text })
      case ":":
        return Effect.succeed({ _tag: "Integer", value: count })
      case "$":
        return count === -1
          ? Effect.succeed({ _tag: "Null" })
          : Effect.map(socket.takeBytes(count + 2), (bytes) => ({
              _tag: "Bulk",
              bytes: bytes.subarray(0, count)
            }))
      case "*":
        return Effect.map(
          Effect.forEach(Array.from({ length: count }), () => readReply(socket)),
          (items) => ({ _tag: "List", items })
        )
      default:
        return Effect.die(new Error(`no reply: ${JSON.stringify(line.slice(0, 100))}`))
    }
  })

/** The text of a bulk string; empty for every other reply. */
export const textOf = (reply: Reply | undefined): string =>
  reply?._tag === "Bulk" ? reply.bytes.toString() : ""
