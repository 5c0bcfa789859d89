/** What bounds all archives together. */
import { Effect, type Scope, Semaphore } from "effect"

/** What all archives share, so that together they take neither more memory nor more of the processor than they may. */
export interface Quota {
  /** A permit for each archive whose files may be listed and laid out at a time. */
  readonly layouts: Semaphore.Semaphore
  /** Takes room for so many more files and folders; whether there was any. */
  readonly take: (count: number) => boolean
  readonly give: (count: number) => void
  /** Whether one more archive may read ahead as it is sent, until the scope closes. */
  readonly readAhead: Effect.Effect<boolean, never, Scope.Scope>
}

/**
 * How many archives are laid out at a time: it takes the processor alone, so that more would only wait for each other. Of
 * 20,000 files each, three hundred at once held the event loop for a quarter of a second, and whoever asked PING then
 * waited for all of them.
 */
const mostLayouts = 2

/** How many archives read ahead at a time: the second buffer of each takes up to half a MiB. */
const mostAhead = 16

/** Room for `most` files and folders. */
export const makeQuota = (most: number): Quota => {
  let taken = 0
  let ahead = 0
  return {
    layouts: Semaphore.makeUnsafe(mostLayouts),
    take: (count) => {
      if (taken + count > most) return false
      taken += count
      return true
    },
    give: (count) => {
      taken -= count
    },
    readAhead: Effect.acquireRelease(
      Effect.sync(() => {
        if (ahead === mostAhead) return false
        ahead += 1
        return true
      }),
      (isAhead) =>
        Effect.sync(() => {
          if (isAhead) ahead -= 1
        })
    )
  }
}
