/**
 * Tells the log what lies in the shared folder and is not shared, each name once: whoever misses a file finds there
 * why. How a line looks, and how names are escaped, is for whoever provides the logger.
 */
import { Effect } from "effect"

/** What there is to tell; the names stand in the log. */
export type Trouble =
  /** Who serves may not read the folder; what is in it is left out. */
  | "folder.forbidden"
  /** The folder could not be read to its end; what is left of it is left out. */
  | "folder.unreadable"
  /** Who serves may not read the file. */
  | "file.forbidden"
  /** No client could ask for a file of this name: it is not UTF-8, or has a backslash. */
  | "name.unshareable"

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : "unknown")

/** So many names are told of, for whoever fills a folder decides how many there are; some 4 MB at worst. */
const most = 1000

/** Names that the log was told of. */
export interface LogOnce {
  /** Keeps a name to be told of, unless it was before. Does not wait. */
  readonly add: (trouble: Trouble, name: string, cause?: unknown) => void
  /** Tells what was kept. */
  readonly flush: Effect.Effect<void>
}

/** Nothing is told yet. */
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
