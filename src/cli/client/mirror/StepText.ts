/** What a mirror did with a file, as a line for people and as a JSON value for scripts. */
import type { KeptReason } from "../../../client/mirror/Plan.ts"
import { isIdle, Step, type Totals } from "../../../client/mirror/Step.ts"
import { escape } from "../../Escape.ts"
import type { Messages } from "../../Messages.ts"
import type { Json } from "../Display.ts"
import { errorMessage } from "../ErrorMessage.ts"
import { formatBytes } from "../FormatBytes.ts"

/** How to say it. */
export interface Options {
  /** The server, as it is called in sentences. */
  readonly address: string
  readonly messages: Messages
}

const wordWidth = 10

/** The line of a step, ended; `new        a.txt`. */
export const toLine = (step: Step, { address, messages }: Options): string => {
  const { mirror } = messages
  const line = (word: string, name: string, more = "") =>
    `${word.padEnd(wordWidth)} ${escape(name)}${more}\n`
  return Step.$match(step, {
    New: ({ name }) => line(mirror.steps.new, name),
    Changed: ({ name }) => line(mirror.steps.changed, name),
    Renamed: ({ from, name }) => line(mirror.steps.renamed, `${from} -> ${name}`),
    Touched: ({ name }) => line(mirror.steps.touched, name),
    Deleted: ({ name }) => line(mirror.steps.deleted, name),
    Kept: ({ name, reason }) => line(mirror.steps.kept, name, `: ${mirror.kept[reason]}`),
    Failed: ({ error, name }) =>
      line(mirror.steps.failed, name, `: ${errorMessage(error, address, messages).sentence}`)
  })
}

/** The code of a reason in JSON. */
const reasonCode: { readonly [R in KeptReason | "changedMeanwhile"]: string } = {
  edited: "edited",
  unknown: "unknown",
  obstructed: "obstructed",
  changedMeanwhile: "changed-meanwhile"
}

/** The JSON value of a step. */
export const toJson = (step: Step, { address, messages }: Options): Json =>
  Step.$match(step, {
    New: ({ name, size }): Json => ({ action: "new", name, bytes: size }),
    Changed: ({ name, size }) => ({ action: "changed", name, bytes: size }),
    Renamed: ({ from, name, size }) => ({ action: "renamed", name, from, bytes: size }),
    Touched: ({ name }) => ({ action: "touched", name }),
    Deleted: ({ name }) => ({ action: "deleted", name }),
    Kept: ({ name, reason }) => ({ action: "kept", name, reason: reasonCode[reason] }),
    Failed: ({ error, name }) => ({
      action: "failed",
      name,
      error: errorMessage(error, address, messages).sentence
    })
  })

const shown = (totals: Totals) => ({ ...totals, amount: formatBytes(totals.bytes) })

/** The plan in one line. */
export const planLine = (totals: Totals, { messages: { mirror } }: Options): string => {
  return isIdle(totals) ? mirror.upToDate(totals.same) : mirror.plan(shown(totals))
}

/** What was done, in one line. */
export const doneLine = (totals: Totals, { messages: { mirror } }: Options): string =>
  mirror.done(shown(totals))
