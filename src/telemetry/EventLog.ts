/**
 * Logs what happens to connections: one line an event, at most so many lines of each event a second, because clients
 * decide how often most events happen and must not fill the disk. The form of a line and where it goes are left to
 * the logger (cli/serve/Log.ts).
 */
import { Effect, type LogLevel, type Scope } from "effect"

/** The level of an event, and the most lines of it that are written a second. */
interface EventRule {
  readonly level: LogLevel.Severity
  readonly lines: number
}

/** The events, by their names in the log. Those of accepted clients may have more lines than those of rejected ones. */
const events = {
  "connection.opened": { level: "Debug", lines: 100 },
  "connection.closed": { level: "Info", lines: 100 },
  "connection.refused": { level: "Warn", lines: 10 },
  "handshake.failed": { level: "Info", lines: 10 },
  "proxy.refused": { level: "Warn", lines: 10 },
  "connection.failed": { level: "Error", lines: 10 },
  "transfer.ended": { level: "Info", lines: 100 },
  "http.request": { level: "Info", lines: 100 },
  "authentication.failed": { level: "Warn", lines: 10 },
  "protocol.foreign": { level: "Warn", lines: 10 },
  "storage.failed": { level: "Warn", lines: 10 },
  "drain.announced": { level: "Info", lines: 10 },
  "drain.begun": { level: "Info", lines: 10 },
  "drain.ended": { level: "Info", lines: 10 }
} as const satisfies Record<string, EventRule>

/** An event's name. */
export type Event = keyof typeof events

/** The fields of an event. A text may come from a client: the logger quotes it. */
export type Fields = Readonly<Record<string, string | number | boolean>>

/** The log of events. */
export interface EventLog {
  /** Writes a line, unless the event has had its lines of this second. Never fails. */
  readonly log: (event: Event, fields: Fields) => Effect.Effect<void>
  /**
   * Whether a line of the event would still be written in this second; if not, counts it as suppressed. For events so
   * frequent that making the fields of suppressed lines would cost too much.
   */
  readonly allows: (event: Event) => boolean
}

/** A log that also logs, once a second until the scope closes, how many lines of each event it suppressed. */
export const makeEventLog: Effect.Effect<EventLog, never, Scope.Scope> = Effect.gen(function* () {
  const counts = new Map<Event, number>()
  const nextSecond = Effect.suspend(() => {
    const suppressed = [...counts].filter(([event, count]) => count > events[event].lines)
    counts.clear()
    return Effect.forEach(
      suppressed,
      ([event, count]) =>
        Effect.annotateLogs(Effect.logWarning("log.suppressed"), {
          event,
          lines: count - events[event].lines
        }),
      { discard: true }
    )
  })
  // Also for the last second.
  yield* Effect.addFinalizer(() => nextSecond)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), nextSecond)))
  return {
    allows: (event) => {
      const count = counts.get(event) ?? 0
      if (count < events[event].lines) return true
      counts.set(event, count + 1)
      return false
    },
    log: (event, fields) =>
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
