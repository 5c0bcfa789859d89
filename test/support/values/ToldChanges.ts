/** A server that says what a test tells it to when it is asked for its changes, and nothing else. */
import { Effect } from "effect"
import { Connection } from "../../../src/client/Connection.ts"
import type { Connector } from "../../../src/client/Connector.ts"
import { ConnectionLost } from "../../../src/client/SocketIO.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Reply from "../../../src/domain/Reply.ts"

const list = (...items: ReadonlyArray<Reply.Reply>) => Reply.Reply.List({ items })

/** The answer to XINFO STREAM: the place of the newest change. */
export const info = (id: string): Reply.Reply =>
  Reply.Reply.Dictionary({
    entries: [[ByteString.unsafe("last-generated-id"), Reply.text(id)]]
  })

/** The answer to XREAD with these changes, each as its id, `op` and name. */
export const read = (
  ...changes: ReadonlyArray<readonly [id: string, op: string, name?: string]>
): Reply.Reply =>
  Reply.Reply.Dictionary({
    entries: [
      [
        ByteString.unsafe("arquivos"),
        list(
          ...changes.map(([id, op, name = ""]) =>
            list(Reply.text(id), list(...["op", op, "nome", name].map((text) => Reply.text(text))))
          )
        )
      ]
    ]
  })

/** What a server answers that does not tell of changes. */
export const none = Reply.Reply.Error({ code: "NOCHANGES", message: "x" })

/** The connection is lost instead of an answer. */
export const lost = "lost"

/**
 * A connection over which these are the answers, one after another, and none beyond the last. `onAsked` is called with each
 * request: its name, and of XREAD the place.
 */
export const connectorOf = (
  replies: ReadonlyArray<Reply.Reply | typeof lost>,
  onAsked: (request: string) => void
): Connector => {
  let next = 0
  return {
    ask: <A, E, R>(
      args: () => ReadonlyArray<ByteString.ByteString>,
      receive: Effect.Effect<A, E, R>
    ) =>
      Effect.suspend((): Effect.Effect<A, E | ConnectionLost, Exclude<R, Connection>> => {
        const [verb = "", ...rest] = args()
        onAsked(verb === "XREAD" ? `XREAD ${rest.at(-1)}` : verb)
        const reply = replies[next++]
        if (reply === lost) return Effect.fail(new ConnectionLost({ cause: undefined }))
        return Effect.provideService(receive, Connection, {
          send: () => Effect.void,
          receive: reply === undefined ? Effect.never : Effect.succeed(reply),
          receiveTokens: () => Effect.never,
          receiveFile: Effect.never,
          receiveContent: Effect.never,
          isRefused: () => false
        })
      }),
    askAll: () => Effect.never,
    connect: Effect.never,
    disconnect: Effect.never
  }
}
