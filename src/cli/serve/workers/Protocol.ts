/** The messages between a supervisor and its workers, over the channel that node:cluster makes between them. */
import { Effect, Queue, Schema } from "effect"
import { changesFields, ChangesStart } from "./ChangeRelay.ts"
import { ClusterStats } from "../../../telemetry/ClusterStats.ts"

/** A message from the supervisor to a worker. */
export const SupervisorMessage = Schema.TaggedUnion({
  /**
   * Answers a `StartRequest`: which of the workers this is, counted from 1, the port to listen on, 0 for any free one, and
   * where the changes of the files begin, if somebody looks for them.
   */
  Start: {
    number: Schema.Int,
    port: Schema.Int,
    changes: Schema.NullOr(ChangesStart)
  },
  /** The next changes of the files. */
  Changes: changesFields,
  /** Asks for a `StatsResponse`. */
  StatsRequest: {},
  /** Answers a `ClusterStatsRequest`: the sums over all workers. */
  ClusterStatsResponse: { stats: ClusterStats },
  /** Finish the transfers in progress, then exit. */
  Stop: {}
})
export type SupervisorMessage = typeof SupervisorMessage.Type

/** A message from a worker to the supervisor. */
export const WorkerMessage = Schema.TaggedUnion({
  /**
   * The first message, sent when this worker takes messages: Node drops those that come to a process before it listens
   * for any.
   */
  StartRequest: {},
  /** It listens on this address. */
  Ready: { host: Schema.String, port: Schema.Int },
  /** Asks for a `ClusterStatsResponse`. */
  ClusterStatsRequest: {},
  /** Answers a `StatsRequest`: the numbers of this worker alone. */
  StatsResponse: { stats: ClusterStats }
})
export type WorkerMessage = typeof WorkerMessage.Type

/** Sends a message. A receiver that has exited is no failure here: its exit is noticed by WorkerProcess and Worker. */
export const send = (
  write: (message: SupervisorMessage | WorkerMessage, done: () => void) => unknown,
  message: SupervisorMessage | WorkerMessage
): Effect.Effect<void> => Effect.sync(() => void write(message, () => undefined))

/** As `send`, and waits until the message is on its way, or the receiver gone. */
export const sendThrough = (
  write: (message: SupervisorMessage | WorkerMessage, done: () => void) => unknown,
  message: SupervisorMessage | WorkerMessage
): Effect.Effect<void> =>
  Effect.callback((resume) => void write(message, () => resume(Effect.void)))

/** Passes each received message to `handle`, in order, for ever. One that does not decode is logged and skipped. */
export const receive = <A extends SupervisorMessage | WorkerMessage, R>(
  received: Queue.Dequeue<unknown>,
  messages: Schema.Decoder<A>,
  handle: (message: A) => Effect.Effect<void, never, R>
): Effect.Effect<never, never, R> =>
  Queue.take(received).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(messages)),
    Effect.flatMap(handle),
    Effect.catchTag("SchemaError", (error) =>
      Effect.logWarning("worker.message_not_understood", error.message)
    ),
    Effect.forever
  )
