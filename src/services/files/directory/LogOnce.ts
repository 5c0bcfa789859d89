/**
 * Logs what is in the shared folder but not shared, each name once, so that a missing file can be explained. The form of
 * the lines, and the escaping of names: cli/serve/Log.
 */
import { Effect } from "effect"

/** Why something is not shared, as the log names it. */
export type Trouble =
  /** The server may not read the folder; its files are left out. */
  | "folder.forbidden"
  /** The folder could not be read to its end; the rest of its files is left out. */
  | "folder.unreadable"
  /** The server may not read the file. */
  | "file.forbidden"
  /** No client can request a file of this name: it is not UTF-8, or has a backslash. */
  | "name.unshareable"

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : "unknown")

/** How many names are logged; they are remembered, which takes some 4 MB at most. */
export const most = 1000

/** The names that were logged, and those that are to be. */
export interface LogOnce {
  /** Keeps a name to be logged by `flush`, unless it was logged before. */
  readonly add: (trouble: Trouble, name: string, cause?: unknown) => void
  /** Logs the names that were kept. */
  readonly flush: Effect.Effect<void>
}

/** A log without names. */
export const makeLogOnce = (): LogOnce => {
  const told = new Set<string>()
  let waiting: Array<Effect.Effect<void>> = []
  return {
    add: (trouble, name, cause) => {
      const key = `${trouble} ${name}`
      if (told.size > most || told.has(key)) return
      told.add(key)
      waiting.push(
        told.size > most
          ? Effect.logWarning("names.suppressed")
          : Effect.annotateLogs(Effect.logWarning(trouble), {
              name,
              ...(cause === undefined ? {} : { error: messageOf(cause) })
            })
      )
    },
    flush: Effect.suspend(() => {
      const lines = waiting
      waiting = []
      return Effect.forEach(lines, (line) => line, { discard: true })
    })
  }
}
