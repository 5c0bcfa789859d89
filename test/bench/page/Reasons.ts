/** Why a row falls short, for the page to say beside it; said only while it does. */

/** By the rows' names, each a sentence or two. */
export const reasons: ReadonlyMap<string, string> = new Map<string, string>([
  [
    "idle",
    "A bare `node:net` connection takes 4 kB of this; the fiber, its Stream and what it has to remember take the rest."
  ]
])
