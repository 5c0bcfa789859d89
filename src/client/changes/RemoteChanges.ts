/**
 * Follows the changes of a server's files, from a place in its log on: each request waits on the server for the next change
 * (XREAD BLOCK), and after a lost connection goes on behind the last one that came. What they look like: ChangeReply.
 */
import { Duration, Effect, Option, Stream } from "effect"
import { MalformedReply } from "../../codec/resp/RespTokens.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { changesName, type ChangeId, formatId, type LoggedChange } from "../../domain/FileChange.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Reply } from "../../domain/Reply.ts"
import { recognize, sentence } from "../../domain/sentences/Sentence.ts"
import { ErrorReply, type RequestError } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { receiveReply } from "../files/RemoteFile.ts"
import type { ConnectFailed } from "../SocketIO.ts"
import { changesOf, lastPlaceOf } from "./ChangeReply.ts"

/** Why changes cannot be followed; `ErrorReply` with `NOCHANGES` where the server does not tell of any. */
export type FollowError = ConnectFailed | RequestError

/** The most changes of one reply: with the longest names 4 MB. */
const batchSize = 1000

/** How long the server waits for a change before it answers that there is none, in milliseconds. */
const longestWait = 10_000

/** How long to wait for the server's answer where that may take so long: half as long, at most `longestWait`. */
export const waitWithin = (readTimeout: Duration.Duration): number =>
  Math.max(1, Math.min(longestWait, Math.floor(Duration.toMillis(readTimeout) / 2)))

const args = (...words: ReadonlyArray<string>) => words.map(ByteString.unsafe)

/**
 * Older servers do not know the command, and Redis no such key (`ERR`); those that do not look for changes say so by the code
 * that this becomes. A server that is full says that with the same code as well.
 */
const withoutChanges = (error: FollowError | ErrorReply): FollowError =>
  error._tag === "ErrorReply"
  && error.code === "ERR"
  && recognize(error.message)?.name !== "tooManyClients"
    ? new ErrorReply({ code: "NOCHANGES", message: sentence("NOCHANGES") })
    : error

const askFor = <A>(
  connector: Connector,
  request: ReadonlyArray<ByteString.ByteString>,
  decode: (reply: Reply) => A | MalformedReply
): Effect.Effect<A, FollowError> =>
  connector
    .ask(() => request, receiveReply)
    .pipe(
      Effect.flatMap((reply) => {
        const decoded = decode(reply)
        return decoded instanceof MalformedReply ? Effect.fail(decoded) : Effect.succeed(decoded)
      }),
      Effect.mapError(withoutChanges)
    )

/** The place of the newest change: what happens from now on lies behind it. */
export const lastPlace = (connector: Connector): Effect.Effect<ChangeId, FollowError> =>
  askFor(connector, args("XINFO", "STREAM", changesName), lastPlaceOf)

/** The changes behind a place; where there are none, the next ones within `wait` milliseconds, at least 1. */
const changesAfter = (
  place: ChangeId,
  wait: number,
  connector: Connector
): Effect.Effect<ReadonlyArray<LoggedChange>, FollowError> => {
  const request = args(
    "XREAD",
    "COUNT",
    String(batchSize),
    "BLOCK",
    String(wait),
    "STREAMS",
    changesName,
    formatId(place)
  )
  return askFor(connector, request, changesOf)
}

/** As `changesAfter`, but a server that answers at once that there is none is asked again no sooner than a second later. */
export const nextChanges = (place: ChangeId, wait: number, connector: Connector) =>
  Effect.gen(function* () {
    const began = yield* Monotonic.now
    const changes = yield* changesAfter(place, wait, connector)
    const took = (yield* Monotonic.now) - began
    if (changes.length === 0 && took < wait / 2) yield* Effect.sleep(Math.min(1000, wait))
    return changes
  })

/**
 * All changes behind a place, for ever, a reply at a time; from now on where no place is given. A connection that is lost is
 * made again as the connector's policy has it; `Rescan` says that changes may have been missed meanwhile.
 */
export const followChanges = (
  from: ChangeId | undefined,
  wait: number,
  connector: Connector
): Stream.Stream<LoggedChange, FollowError> =>
  Stream.unwrap(
    Effect.map(from === undefined ? lastPlace(connector) : Effect.succeed(from), (first) =>
      Stream.paginate(first, (place) =>
        Effect.map(
          nextChanges(place, wait, connector),
          (changes) => [changes, Option.some(changes.at(-1)?.id ?? place)] as const
        )
      )
    )
  )
