/** Changes with their texts as server-sent events, some at a time. Who is sent them is left to EventStream. */
import { bufferSize } from "../../domain/BufferSize.ts"
import type { ChangeId, LoggedChange } from "../../domain/FileChange.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import { eventText } from "./EventText.ts"

/** The most changes of one chunk, which is what a reader that takes nothing has unsent: some 20 kB where names are short. */
const batchSize = 64

/** And characters of their texts, with those of the event that passes it: one of the longest name has 25 kB. */
const batchLength = bufferSize

/** Changes behind a place, none where it is the newest. */
export interface EventBatch {
  readonly changes: ReadonlyArray<LoggedChange>
  readonly texts: ReadonlyArray<string>
}

/** The batch behind a place. The last one is kept: most readers stand at the same place, and each would make it anew. */
export const makeEventBatches = (changes: Changes) => {
  let key = ""
  let batch: EventBatch = { changes: [], texts: [] }
  return ({ epoch, sequence }: ChangeId): EventBatch => {
    const wanted = `${epoch}-${sequence}-${changes.last().sequence}`
    if (wanted !== key) {
      const found = changes.after({ epoch, sequence }, batchSize)
      const texts: Array<string> = []
      let length = 0
      for (const change of found) {
        if (length > batchLength) break
        const text = eventText(change)
        texts.push(text)
        length += text.length
      }
      batch = { changes: found.slice(0, texts.length), texts }
      key = wanted
    }
    return batch
  }
}
