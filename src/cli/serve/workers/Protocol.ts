/** What a supervisor and its workers say to each other, over the channel that Node makes between them. */
import { Effect, Queue, Schema } from "effect"
import { ClusterStats } from "../../../telemetry/ClusterStats.ts"

/** What the supervisor says. */
export const Order = Schema.TaggedUnion({
  /** The first of all: which of the workers this is, counted from 1, and the port to serve, 0 for any free one. */
  Begin: { number: Schema.Int, port: Schema.Int },
  /** Asks for a `Report`. */
  Tell: {},
  /** Answers `Ask`: all workers together. */
  Answer: { together: ClusterStats },
  /** Finish what is in progress, and end. */
  Stop: {}
})
export type Order = typeof Order.Type

/** What a worker says. */
export const Notice = Schema.TaggedUnion({
  /** It serves, here. */
  Ready: { host: Schema.String, port: Schema.Int },
  /** Asks for an `Answer`. */
  Ask: {},
  /** Itself alone. */
  Report: { together: ClusterStats }
})
export type Notice = typeof Notice.Type

/** Says something. That nobody is there to hear it is no failure: the end of a process is seen elsewhere. */
export const say = (
  send: (message: Order | Notice, done: () => void) => unknown,
  message: Order | Notice
): Effect.Effect<void> => Effect.sync(() => void send(message, () => undefined))

/** Has `heed` take what was received, one after the other, for ever; what is none of ours is logged and passed over. */
export const hear = <A extends Order | Notice, R>(
  received: Queue.Dequeue<unknown>,
  messages: Schema.Codec<A>,
  heed: (message: A) => Effect.Effect<void, never, R>
): Effect.Effect<never, never, R> =>
  Queue.take(received).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(messages)),
    Effect.flatMap(heed),
    Effect.catchTag("SchemaError", (error) =>
      Effect.logWarning("worker.message_not_understood", error.message)
    ),
    Effect.forever
  )
