/** Settings of V8's heap for a process that serves. A client does not run long enough for them to matter. */
import { Effect } from "effect"
import { setFlagsFromString } from "node:v8"

/**
 * Keeps V8 from enlarging the young generation. Otherwise it grows to 48 MiB where ten thousand connections come at
 * once, and never shrinks: 6.5 KiB for each of 5,000 idle connections. With a folder a small one costs nothing, because
 * commands leave no objects behind: the processor time of a command was the same with 1, 2, 4 and 16 MiB. With S3 each
 * request leaves many behind, and a small one cost some 5 % of the time: not for `--store`.
 */
export const limitSemiSpace: Effect.Effect<void> = Effect.sync(() =>
  setFlagsFromString("--semi-space-growth-factor=1")
)
