/** Every kind of visit, how many visitors of it there are, and the options that the server needs for them. */
import { flooding, manyWords, unread } from "./Attacks.ts"
import * as Visits from "./Visits.ts"
import { web } from "./Web.ts"

/** For `stalled`, `idle`, `slow` and the attacks: times that make them end within the time of a visit. */
export const serverOptions: ReadonlyArray<string> = [
  "--metrics-open",
  "--idle-timeout=10s",
  "--request-timeout=3s",
  "--stall-timeout=3s",
  // The log of changes is full before anything is measured, so that all that the heap grows by is a leak.
  "--changes=256KiB"
]

/** The longest that any visit takes. */
export const longest = "1 minute"

/** Every kind of visit; how many visitors of the kind there are at once, and how long each waits between two visits, in milliseconds. */
export const kinds: ReadonlyArray<{
  readonly name: string
  readonly visit: Visits.Visit
  readonly visitors: number
  readonly pause: number
}> = [
  { name: "one question", visit: Visits.oneShot, visitors: 3, pause: 100 },
  { name: "many questions at once", visit: Visits.pipelined, visitors: 2, pause: 500 },
  { name: "question after question", visit: Visits.patient, visitors: 3, pause: 100 },
  { name: "a file with its digest", visit: Visits.digested, visitors: 2, pause: 1000 },
  { name: "a listing", visit: Visits.listing, visitors: 1, pause: 500 },
  { name: "SCAN", visit: Visits.scanning, visitors: 1, pause: 1000 },
  { name: "pickle", visit: Visits.pickling, visitors: 1, pause: 500 },
  { name: "app client", visit: Visits.batch, visitors: 1, pause: 6000 },
  { name: "gone in the middle", visit: Visits.leaving, visitors: 3, pause: 300 },
  { name: "wrong", visit: Visits.wrong, visitors: 2, pause: 200 },
  { name: "idle", visit: Visits.idle, visitors: 20, pause: 1000 },
  { name: "slow", visit: Visits.slow, visitors: 4, pause: 2000 },
  { name: "stopped reading", visit: Visits.stalled, visitors: 4, pause: 2000 },
  { name: "HTTP", visit: web, visitors: 3, pause: 300 },
  { name: "a flood", visit: flooding, visitors: 1, pause: 3000 },
  { name: "replies that nobody reads", visit: unread, visitors: 4, pause: 2000 },
  { name: "many words, and no more", visit: manyWords, visitors: 2, pause: 2000 }
]
