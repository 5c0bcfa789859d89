/** Shows the progress of a download as one line on standard error, which is cleared at the end. */
import { Effect, Stdio } from "effect"
import { escape } from "../Escape.ts"
import type { Progress } from "../../client/files/Transfer.ts"
import type { Messages } from "../Messages.ts"
import { formatBytes } from "./FormatBytes.ts"

/** Shows progress. */
export interface ProgressLine {
  readonly show: (progress: Progress) => void
  /** Clears the line, so that something else can be printed. */
  readonly clear: () => void
}

const silent: ProgressLine = { show: () => undefined, clear: () => undefined }

const longestName = 30

const shorten = (name: string): string =>
  name.length <= longestName ? name : `…${name.slice(1 - longestName)}`

/** A line of progress, if standard error is a terminal and `quiet` does not forbid it; it is cleared with the scope. */
export const makeProgressLine = Effect.fnUntraced(function* (quiet: boolean, { client }: Messages) {
  const stdio = yield* Stdio.Stdio
  if (quiet || !(yield* stdio.stderrIsTerminal)) return silent
  // Loaded only here: who sees no progress need not wait for it.
  const { SingleBar } = yield* Effect.promise(() => import("cli-progress"))
  const bar = new SingleBar({
    format: "{name} [{bar}] {percentage}% | {amount} | {rate} | {left}",
    barsize: 20,
    fps: 10,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false
  })
  let shown: string | undefined
  let began = { at: 0, received: 0 }

  const clear = () => {
    if (shown !== undefined) bar.stop()
    shown = undefined
  }

  const show = ({ name, phase, received, size }: Progress) => {
    const now = performance.now()
    if (shown !== name) began = { at: now, received }
    const seconds = (now - began.at) / 1000
    const rate = seconds > 0 ? (received - began.received) / seconds : 0
    const payload = {
      name: shorten(escape(name)),
      amount: `${formatBytes(received)}/${formatBytes(size)}`,
      rate: rate > 0 ? `${formatBytes(rate)}/s` : "",
      left:
        phase === "verifying"
          ? client.verifying
          : rate > 0
            ? `${Math.ceil((size - received) / rate)} s`
            : ""
    }
    if (shown === name) {
      bar.update(received, payload)
    } else {
      clear()
      bar.start(size, received, payload)
      shown = name
    }
    if (phase === "verifying") bar.render()
  }

  yield* Effect.addFinalizer(() => Effect.sync(clear))
  return { show, clear } satisfies ProgressLine
})
