/**
 * What is wrong with flags of `app client` that do not go together, or are of no use to what is asked: each would be
 * ignored in silence. Flags about TLS, which are read with their files: Certificates.
 */
import { Option } from "effect"
import { isInside } from "../../../client/node/mirror/Backup.ts"
import * as Requests from "../../../client/Requests.ts"
import type { Args } from "../../../commands/Argument.ts"
import { escape } from "../../Escape.ts"
import { exitCode, Failure } from "../../Failure.ts"
import type { Messages } from "../../Messages.ts"
import { followedBy } from "../changes/FollowCommand.ts"
import { type ClientFlags, clientFlags } from "../ClientFlags.ts"

/** What a run does: one request, or as many as come, of a person or of standard input. */
type Use = Requests.Request["_tag"] | "Changes" | "Mirror" | "Several"

type FlagName = keyof ClientFlags

/** What a flag may be for alone. */
type Way = keyof Messages["usage"]["ways"]

const mirror: ReadonlyArray<Way> = ["Mirror"]

/** What these flags are for; all others are for everything. */
const uses: { readonly [Flag in FlagName]?: ReadonlyArray<Way> } = {
  start: ["Files"],
  length: ["Files"],
  long: ["Names"],
  since: ["Changes"],
  output: ["Files", "OriginalFile", "Content"],
  noVerify: ["Files", "OriginalFile"],
  noOverwrite: ["Files", "OriginalFile", "Content"],
  hidden: ["Files", "Changes", "Mirror"],
  clean: ["Files"],
  exclude: mirror,
  delete: mirror,
  maxDelete: mirror,
  dryRun: mirror,
  checksum: mirror,
  force: mirror,
  backup: mirror,
  follow: mirror,
  every: mirror
}

/** An original server knows no parts, dates or patterns, tells of no changes, and takes no password. */
const respOnly: ReadonlyArray<FlagName> = [
  "start",
  "length",
  "long",
  "since",
  "hidden",
  "clean",
  "passwordFile"
]

const names = Object.keys(uses).filter((name): name is FlagName => name in clientFlags)

const useOf = (flags: ClientFlags, args: Args | undefined): Use => {
  const { mirror, protocol } = flags
  if (Option.isSome(mirror)) return "Mirror"
  if (args === undefined) return "Several"
  if (followedBy(args, flags) !== undefined) return "Changes"
  return Requests.parse(args, protocol === "pickle")._tag
}

/** Whether one request of several may have a use for it. */
const isForRequests = (way: Way): boolean => way !== "Changes" && way !== "Mirror"

const isOfUse = (flag: FlagName, use: Use): boolean =>
  uses[flag]?.some((way) => (use === "Several" ? isForRequests(way) : way === use)) ?? true

/** What is given to flags and to their environment, and the words of `--cmd`. */
export interface Given {
  readonly flags: ClientFlags & { readonly rest: ReadonlyArray<string> }
  readonly args: Args | undefined
  readonly environment: { readonly [variable: string]: string | undefined }
}

/** Whether it stands on the command line: what is in the environment is there for other runs as well. */
const isGiven = ({ environment, flags }: Given, flag: FlagName): boolean => {
  const { variable } = clientFlags[flag]
  if (variable !== undefined && (environment[variable] ?? "") !== "") return false
  const value: unknown = flags[flag]
  if (Option.isOption(value)) return Option.isSome(value)
  return Array.isArray(value) ? value.length > 0 : value === true
}

/** The flag that is of no use, and what it is for. */
const ignored = (given: Given, { usage }: Messages): string | undefined => {
  const { args, flags } = given
  const only = (flag: FlagName, ways: ReadonlyArray<string>) =>
    usage.onlyFor(`--${clientFlags[flag].name}`, [...new Set(ways)])
  const unknown =
    flags.protocol === "pickle" ? respOnly.find((flag) => isGiven(given, flag)) : undefined
  if (unknown !== undefined) return only(unknown, ["--protocol resp"])
  const use = useOf(flags, args)
  // What is asked for goes to standard output anyway.
  const isThereAnyway = (flag: FlagName) => flag === "output" && Option.contains(flags.output, "-")
  const idle = names.find(
    (flag) => !isOfUse(flag, use) && isGiven(given, flag) && !isThereAnyway(flag)
  )
  if (idle === undefined) return undefined
  const ways = (uses[idle] ?? []).map((way) => usage.ways[way])
  return only(idle, ways)
}

/** What does not go together with `--mirror`. */
const besideMirror = (
  { backup, cmd, delete: deletes, force, maxDelete, protocol }: ClientFlags,
  folder: string,
  { mirror, usage }: Messages
): string | undefined => {
  if (Option.isSome(cmd)) return mirror.notTogether
  if (protocol === "pickle") return mirror.respOnly
  if (Option.isSome(maxDelete) && !deletes) return usage.onlyWith("--max-delete", "--delete")
  if (Option.isSome(backup) && !force) return usage.onlyWith("--backup", "--force")
  return Option.isSome(backup) && isInside(folder, backup.value) ? mirror.backupInside : undefined
}

/** The usage error; `undefined` where all that is given is of use. */
export const misuse = (given: Given, messages: Messages): Failure | undefined => {
  const { flags } = given
  const [word] = flags.rest
  const isAsked = Option.isSome(flags.cmd) || Option.isSome(flags.mirror)
  const sentence =
    (Option.isSome(flags.mirror) ? besideMirror(flags, flags.mirror.value, messages) : undefined)
    ?? (word === undefined || isAsked ? undefined : messages.usage.commandBefore(escape(word)))
    ?? ignored(given, messages)
  return sentence === undefined ? undefined : new Failure({ code: exitCode.usage, sentence })
}
