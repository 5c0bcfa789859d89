/** `app client --mirror`: keeps a folder up to date, once or again and again, and says what it does. */
import { Effect, Option } from "effect"
import type { Totals } from "../../../client/mirror/Step.ts"
import { isInside, layer as folderLayer } from "../../../client/node/mirror/Folder.ts"
import { exitCode, Failure } from "../../Failure.ts"
import type { Messages } from "../../Messages.ts"
import { explain, type Flags, once, type Options, type Said } from "./Comparison.ts"
import { followMirror } from "./FollowMirror.ts"

const usage = (sentence: string) => new Failure({ code: exitCode.usage, sentence })

/** Whether the server is followed, and not compared with once. */
export const isFollowing = ({ every, follow }: Pick<Flags, "every" | "follow">): boolean =>
  follow || Option.isSome(every)

/** What is wrong with flags that only `--mirror` has, or that do not go together. */
export const misuse = (flags: Flags, messages: Messages): Failure | undefined => {
  const onlyWith = (given: string, needed: string) => usage(messages.usage.onlyWith(given, needed))
  const { backup, checksum, cmd, delete: deletes, dryRun, every, exclude, follow, force } = flags
  if (Option.isSome(flags.mirror)) {
    if (Option.isSome(cmd)) return usage(messages.mirror.notTogether)
    if (flags.protocol === "pickle") return usage(messages.mirror.respOnly)
    if (Option.isSome(flags.maxDelete) && !deletes) return onlyWith("--max-delete", "--delete")
    if (Option.isSome(backup) && !force) return onlyWith("--backup", "--force")
    return Option.isSome(backup) && isInside(flags.mirror.value, backup.value)
      ? usage(messages.mirror.backupInside)
      : undefined
  }
  const given: ReadonlyArray<readonly [string, boolean]> = [
    ["--exclude", exclude.length > 0],
    ["--delete", deletes],
    ["--max-delete", Option.isSome(flags.maxDelete)],
    ["--dry-run", dryRun],
    ["--checksum", checksum],
    ["--force", force],
    ["--backup", Option.isSome(backup)],
    ["--follow", follow],
    ["--every", Option.isSome(every)]
  ]
  const [first] = given.find(([, isGiven]) => isGiven) ?? []
  return first === undefined ? undefined : onlyWith(first, "--mirror")
}

/** The failure of a run that some files did not come out of well; all of it was said already. */
const failureOf = (totals: Totals, isMismatch: boolean): Failure | undefined => {
  if (totals.failed === 0 && totals.kept === 0) return undefined
  return new Failure({ code: isMismatch ? exitCode.mismatch : exitCode.refused, sentence: "" })
}

/** Runs it: once, or until it is stopped. */
export const mirrorCommand = Effect.fn("mirrorCommand")(
  function* (flags: Flags, options: Options) {
    if (isFollowing(flags)) return yield* followMirror(flags, options)
    const said: Said = { isAgain: false, lines: new Set() }
    const { isMismatch, totals } = yield* once(flags, options, said, {})
    const failure = failureOf(totals, isMismatch)
    if (failure !== undefined) return yield* failure
  },
  (running, flags, options) =>
    Effect.mapError(
      Effect.provide(running, folderLayer(options.folder, flags.dryRun)),
      explain(options)
    )
)
