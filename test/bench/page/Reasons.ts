/** Why a row falls short, for the page to say beside it; said only while it does. */

/** By the rows' names, each a sentence or two. */
export const reasons: ReadonlyMap<string, string> = new Map<string, string>([
  [
    "idle",
    "A bare `node:net` connection takes 4 kB of this; the fiber, its Stream and what it has to remember take the rest."
  ],
  [
    "one-shot",
    "A third is Node's own start; the rest is reading back compiled code, Effect's modules and the command line. Tried without gain: a V8 start-up snapshot, and a file without the server's half."
  ],
  ["start", "As `one-shot`: Node, compiled code and Effect's modules take most of it."],
  [
    "tls-new",
    "A bare `tls.createServer` of Node takes nearly half more than nginx itself; the rest is the connection's fiber and its answer."
  ],
  [
    "tls-resumed",
    "As `tls-new`; the less a handshake takes, the more the connection itself counts."
  ]
])
