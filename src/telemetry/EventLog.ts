/**
 * What the log is told of what happens to connections: one line an event, and of each event so many lines a second,
 * for strangers decide how often most of them happen, and must not be able to fill the disk. How a line looks, and
 * where it goes, is for whoever provides the logger.
 */
import { Effect, type LogLevel, type Scope } from "effect"

/** How grave an event is, and how many lines of it a second are written. */
interface Weight {
  readonly level: LogLevel.Severity
  readonly lines: number
}

/** What is told of; the names stand in the log. Good clients are logged more fully than those who are turned away. */
const events = {
  "connection.opened": { level: "Debug", lines: 100 },
  "connection.closed": { level: "Info", lines: 100 },
  "connection.refused": { level: "Warn", lines: 10 },
  "handshake.failed": { level: "Info", lines: 10 },
  "proxy.refused": { level: "Warn", lines: 10 },
  "connection.failed": { level: "Error", lines: 10 },
  "transfer.ended": { level: "Info", lines: 100 },
  "authentication.failed": { level: "Warn", lines: 10 },
  "protocol.foreign": { level: "Warn", lines: 10 },
  "storage.failed": { level: "Warn", lines: 10 },
  "drain.announced": { level: "Info", lines: 10 },
  "drain.begun": { level: "Info", lines: 10 },
  "drain.ended": { level: "Info", lines: 10 }
} as const satisfies Record<string, Weight>

/** An event's name. */
export type Event = keyof typeof events

/** What is known of an event: texts of any origin, for the logger quotes them. */
export type Fields = Readonly<Record<string, string | number | boolean>>

/** The log, as the server writes it. */
export interface EventLog {
  /** Writes a line, unless there were too many of its event in this second. */
  readonly note: (event: Event, fields: Fields) => Effect.Effect<void>
  /**
   * Whether a line of the event would still be written in this second; if not, it is left out, and counted as such. For
   * who has so many to tell of that making their fields would cost too much.
   */
  readonly admits: (event: Event) => boolean
}

/** A eventLog that says once a second how many lines it left out, until the scope closes. */
export const makeEventLog: Effect.Effect<EventLog, never, Scope.Scope> = Effect.gen(function* () {
  const counts = new Map<Event, number>()
  const nextSecond = Effect.suspend(() => {
    const over = [...counts].filter(([event, count]) => count > events[event].lines)
    counts.clear()
    return Effect.forEach(
      over,
      ([event, count]) =>
        Effect.annotateLogs(Effect.logWarning("log.suppressed"), {
          event,
          lines: count - events[event].lines
        }),
      { discard: true }
    )
  })
  // The last second is told of as well.
  yield* Effect.addFinalizer(() => nextSecond)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), nextSecond)))
  return {
    admits: (event) => {
      const count = counts.get(event) ?? 0
      if (count < events[event].lines) return true
      counts.set(event, count + 1)
      return false
    },
    note: (event, fields) =>
      Effect.suspend(() => {
        const { level, lines } = events[event]
        const count = (counts.get(event) ?? 0) + 1
        counts.set(event, count)
        return count > lines
          ? Effect.void
          : Effect.annotateLogs(Effect.logWithLevel(level)(event), fields)
      })
  }
})

/** Writes nothing. */
export const silent: EventLog = { note: () => Effect.void, admits: () => false }
