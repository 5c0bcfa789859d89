/** Remembers which large files are begun and not whole: what an interrupted run leaves for the next one to continue. */
import type { Progress } from "../../../client/files/Progress.ts"
import { escape } from "../../Escape.ts"
import type { Messages } from "../../Messages.ts"
import { formatBytes } from "../FormatBytes.ts"

/** The unfinished files of a run. */
export interface Unfinished {
  readonly add: (progress: Progress) => void
  /** Forgets them, where another request begins. */
  readonly clear: () => void
  /** How much of what is kept, in one sentence; empty where nothing is. */
  readonly sentence: (messages: Messages) => string
}

/** No files yet. */
export const makeUnfinished = (): Unfinished => {
  const files = new Map<string, number>()
  return {
    add: (progress) => {
      if (progress._tag === "Finished") files.delete(progress.name)
      if (progress._tag === "Advanced" && progress.phase !== "comparing") {
        files.set(progress.name, progress.received)
      }
    },
    clear: () => files.clear(),
    sentence: ({ client }) => {
      const begun = [...files].filter(([, received]) => received > 0)
      const [first] = begun
      if (first === undefined) return ""
      const bytes = begun.reduce((sum, [, received]) => sum + received, 0)
      const what = begun.length === 1 ? escape(first[0]) : client.files(begun.length)
      return client.interrupted(formatBytes(bytes), what)
    }
  }
}
