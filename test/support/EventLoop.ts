/** The event loop, as tests wait for it. */
import { Effect } from "effect"

/** The end of this turn of the event loop. */
export const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
