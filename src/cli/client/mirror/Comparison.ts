/** One comparison of a mirror's folder with the server, and what is said of it. */
import { type Duration, Effect, Option, Stdio } from "effect"
import { basename, resolve } from "node:path"
import type { Connectors } from "../../../client/Connector.ts"
import { Progress } from "../../../client/files/Progress.ts"
import { DeletionRefused } from "../../../client/mirror/Deletion.ts"
import { narrow, type Narrowed } from "../../../client/mirror/follow/FollowMirror.ts"
import { TooManyFiles } from "../../../client/mirror/Manifest.ts"
import { MirrorBusy } from "../../../client/mirror/MirrorFolder.ts"
import { mirror, type Options as MirrorOptions } from "../../../client/mirror/run/Run.ts"
import { isIdle, type Step, type Totals } from "../../../client/mirror/Step.ts"
import { toJsonLine } from "../../Escape.ts"
import { exitCode, Failure } from "../../Failure.ts"
import type { Values } from "../../flags/Descriptor.ts"
import type { Messages } from "../../Messages.ts"
import { print, printError } from "../../Output.ts"
import { errorMessage } from "../ErrorMessage.ts"
import type { mirroring } from "../flags/Mirroring.ts"
import type { ProgressLines } from "../progress/ProgressLines.ts"
import { doneLine, planLine, toJson, toLine } from "./StepText.ts"

/** The values of the flags that this command reads. */
export interface Flags extends Values<typeof mirroring> {
  readonly cmd: Option.Option<string>
  readonly hidden: boolean
  readonly json: boolean
  readonly protocol: "resp" | "pickle"
  readonly quiet: boolean
  readonly timeout: Option.Option<Duration.Duration>
  /** The patterns. */
  readonly rest: ReadonlyArray<string>
}

/** What it is run with. */
export interface Options {
  readonly folder: string
  readonly connectors: Connectors
  readonly address: string
  readonly messages: Messages
  readonly progress: ProgressLines
}

/** What was said of the last comparison, so that it is not said of each after it. */
export interface Said {
  /** Whether there was one. */
  isAgain: boolean
  /** The lines about files. */
  lines: ReadonlySet<string>
}

/** Whether there is nothing else than what was kept, and told when it was found. */
const isSaid = (totals: Totals): boolean => isIdle({ ...totals, kept: 0 })

/**
 * Mirrors once; gives what was done, and whether bytes of a file did not match their checksum. Of a further comparison only
 * what is new is said.
 */
export const once = Effect.fnUntraced(function* (
  flags: Flags,
  options: Options,
  said: Said,
  narrowed: Narrowed
) {
  const { connectors, folder, messages, progress } = options
  const stdio = yield* Stdio.Stdio
  const { dryRun, json, quiet } = flags
  /** The progress of all files is shown as that of one with the folder's name. */
  const name = basename(resolve(folder))
  const lines = new Set<string>()
  let isMismatch = false
  const say = (line: string) =>
    Effect.andThen(
      Effect.sync(progress.clear),
      Effect.provideService(printError(line), Stdio.Stdio, stdio)
    )

  const toText = (step: Step): string => {
    if (json) return `${toJsonLine(toJson(step, options))}\n`
    return dryRun ? toLine(step, options) : ""
  }
  const mirrorOptions: MirrorOptions = {
    patterns: flags.rest,
    exclude: flags.exclude,
    hidden: flags.hidden,
    delete: flags.delete,
    maxDelete: Option.getOrUndefined(flags.maxDelete),
    force: flags.force,
    checksum: flags.checksum,
    backup: Option.getOrUndefined(Option.map(flags.backup, (backup) => resolve(backup))),
    dryRun,
    onPlan: (totals, isStateUnreadable) =>
      Effect.andThen(
        isStateUnreadable && !quiet ? say(messages.mirror.stateUnreadable) : Effect.void,
        quiet || (said.isAgain && isSaid(totals)) ? Effect.void : say(planLine(totals, options))
      ),
    onSteps: Effect.fnUntraced(
      function* (steps: ReadonlyArray<Step>) {
        progress.clear()
        const text = steps.map(toText).join("")
        // Nobody may read it any more; the folder is brought up to date all the same.
        if (text !== "") yield* Effect.ignore(print(text))
        for (const step of steps) {
          if (step._tag === "Failed" && step.error._tag === "Mismatch") isMismatch = true
          if (json || dryRun || (step._tag !== "Kept" && step._tag !== "Failed")) continue
          const line = toLine(step, options).trimEnd()
          lines.add(line)
          if (!said.lines.has(line)) yield* printError(line)
        }
      },
      Effect.provideService(Stdio.Stdio, stdio)
    ),
    onProgress: ({ received, total }) =>
      progress.show(Progress.Advanced({ name, phase: "receiving", received, size: total }))
  }
  progress.show(Progress.Found({ files: 1 }))
  const totals = yield* mirror(narrow(mirrorOptions, narrowed), connectors)
  progress.show(Progress.Finished({ name, received: 0 }))
  progress.clear()
  const hasNews = !isIdle(totals) && !(said.isAgain && isSaid(totals))
  said.isAgain = true
  said.lines = lines
  if (!dryRun && !quiet && hasNews) yield* say(doneLine(totals, options))
  return { totals, isMismatch }
})

type RunError = Effect.Error<ReturnType<typeof once>> | MirrorBusy | Failure

/** The sentence and the exit code for what ended a run early. */
export const explain =
  ({ address, messages }: Options) =>
  (error: RunError): Failure => {
    const refused = (sentence: string) => new Failure({ code: exitCode.refused, sentence })
    if (error instanceof Failure) return error
    if (error instanceof MirrorBusy) return refused(messages.mirror.busy(error.folder))
    if (error instanceof TooManyFiles) return refused(messages.mirror.tooManyFiles(error.most))
    if (error instanceof DeletionRefused)
      return refused(messages.mirror.refused[error.reason](error.gone, error.known))
    return errorMessage(error, address, messages)
  }
