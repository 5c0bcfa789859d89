/** Shows the progress of a request on standard error, on lines that are cleared at the end. What they say is Layout's. */
import { Effect, Stdio } from "effect"
import type { MultiBar, Options } from "cli-progress"
import type { Progress } from "../../../client/files/Progress.ts"
import type { Messages } from "../../Messages.ts"
import { lineCount, lines, rowsOf } from "./Layout.ts"
import { makeTracker, type Tracker } from "./Tracker.ts"

/** Shows progress. */
export interface ProgressLines {
  readonly show: (progress: Progress) => void
  /** Clears the lines, so that something else can be printed; they come again with the next event. */
  readonly clear: () => void
  /** Clears them, and forgets what was begun and is not finished. */
  readonly reset: () => void
}

const silent: ProgressLines = {
  show: () => undefined,
  clear: () => undefined,
  reset: () => undefined
}

/**
 * Whether a terminal that is made narrower gives the rest of its lines rows of their own. Most do; xterm, GNU screen and the
 * console of Linux cut them, and on the rows above is what others wrote.
 */
const rewraps = ({ STY, TERM, TMUX, XTERM_VERSION }: NodeJS.ProcessEnv): boolean =>
  TMUX !== undefined || (STY === undefined && XTERM_VERSION === undefined && TERM !== "linux")

/** Goes up so many rows, and clears from there down (ECMA-48, CUU and ED). */
const upAndClear = (rows: number): string => `\x1b[${rows}A\x1b[J`

/** Lines of progress, if standard error is a terminal and `quiet` does not forbid them; they are cleared with the scope. */
export const makeProgressLines = Effect.fnUntraced(function* (quiet: boolean, messages: Messages) {
  const stdio = yield* Stdio.Stdio
  if (quiet || !(yield* stdio.stderrIsTerminal)) return silent
  // Loaded only here: who sees no progress need not wait for it.
  const library = yield* Effect.promise(() => import("cli-progress"))
  const options: Options = {
    fps: 10,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
    // Each time that it is drawn, a line is of that moment.
    forceRedraw: true
  }
  let tracker: Tracker = makeTracker()
  let shown: { readonly bars: MultiBar; readonly lines: number } | undefined

  const clear = () => {
    shown?.bars.stop()
    shown = undefined
  }

  const columns = () => process.stderr.columns ?? 80
  const current = () => lines(tracker.snapshot(performance.now()), columns(), messages)

  /** Shows so many lines, each as it is at that moment. */
  const begin = (count: number) => {
    const bars = new library.MultiBar(options)
    shown = { bars, lines: count }
    /** What stands on the terminal. */
    const drawn: Array<string> = []
    for (let index = 0; index < count; index++) {
      const format = () => (drawn[index] = current()[index] ?? "")
      bars.create(1, 0, {}, { format })
    }
    // The library goes up a row a line, but a terminal that was made narrower has the rest of a line on rows below it.
    const goUpFurther = () => {
      if (!rewraps(process.env)) return
      const more = rowsOf(drawn, columns()) - drawn.length
      if (more > 0) process.stderr.write(upAndClear(more))
    }
    bars.on("redraw-pre", goUpFurther)
    bars.on("stop-pre-clear", goUpFurther)
  }

  const show = (progress: Progress) => {
    const now = performance.now()
    const before = tracker.snapshot(now)
    // Where nothing is left of what was found before, as at the menu, this is another request.
    if (progress._tag === "Found" && before.finished === before.found) tracker = makeTracker()
    tracker.add(progress, now)
    const snapshot = tracker.snapshot(now)
    const count = lineCount(snapshot)
    if (count !== (shown?.lines ?? 0)) {
      clear()
      if (count === 0) return
      begin(count)
    }
    // A phase may be over before the lines are drawn the next time.
    const phase = snapshot.current?.phase
    if (phase !== "receiving" && phase !== before.current?.phase) shown?.bars.update()
  }

  const reset = () => {
    clear()
    tracker = makeTracker()
  }

  yield* Effect.addFinalizer(() => Effect.sync(clear))
  return { show, clear, reset } satisfies ProgressLines
})
