/** `app client --cmd acompanhar`: a line for each change of the server's files, until it is stopped. */
import { Effect, Glob, Option, Stdio, Stream } from "effect"
import { followChanges } from "../../../client/changes/RemoteChanges.ts"
import type { Connector } from "../../../client/Connector.ts"
import type { Args } from "../../../commands/Argument.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import {
  type ChangeId,
  type FileChange,
  loggedJson,
  type LoggedChange,
  parseId
} from "../../../domain/FileChange.ts"
import * as Pattern from "../../../domain/Pattern.ts"
import { escape, escapeJson } from "../../Escape.ts"
import { exitCode, Failure } from "../../Failure.ts"
import type { Messages } from "../../Messages.ts"
import { print, printError } from "../../Output.ts"
import type { ClientFlags } from "../ClientFlags.ts"

/** The command's name, which only the client knows. */
export const commandName = "acompanhar"

/** What it is run with. */
export interface Options {
  readonly connector: Connector
  /** How long the server may wait for a change, in milliseconds. */
  readonly wait: number
  /** The place to go on from; what happens from now on unless given. */
  readonly from: ChangeId | undefined
  /** Whether names with a part that begins with a dot match patterns that do not say so. */
  readonly hidden: boolean
  readonly json: boolean
  /** Whether it is not said that changes may have been missed. */
  readonly quiet: boolean
  readonly messages: Messages
  /** Called with the place of each change, once it is told. */
  readonly onTold: (place: ChangeId) => void
}

/** Whether these words ask for it. */
export const isFollow = ([command]: Args): boolean => command?.toLowerCase() === commandName

/** The words behind it, where it is what is asked; an original server's answer is that it does not know the command. */
export const followedBy = (
  args: Args | undefined,
  { protocol }: Pick<ClientFlags, "protocol">
): Args | undefined =>
  args !== undefined && isFollow(args) && protocol !== "pickle" ? args.slice(1) : undefined

/** The place of `--since`; fails where it is none. */
export const placeOf = (
  since: Option.Option<string>,
  { changes }: Messages
): Effect.Effect<ChangeId | undefined, Failure> => {
  if (Option.isNone(since)) return Effect.undefined
  const place = parseId(since.value)
  return place === undefined
    ? Effect.fail(new Failure({ code: exitCode.usage, sentence: changes.badPlace }))
    : Effect.succeed(place)
}

/** The change as a line of text; what is no change of a file has none. */
const toLine = (change: FileChange, { changes }: Messages): string => {
  const { created, changed, deleted } = changes
  const width = Math.max(created.length, changed.length, deleted.length)
  const line = (what: string, name: string) => `${what.padEnd(width)}  ${escape(name)}\n`
  switch (change._tag) {
    case "Created":
      return line(created, change.name)
    case "Changed":
      return line(changed, change.name)
    case "Deleted":
      return line(deleted, change.name)
    case "Rescan":
      return ""
  }
}

/** Prints changes of what matches one of the patterns, or of all files without any, until it is interrupted. */
export const followCommand = Effect.fn("followCommand")(function* (
  patterns: Args,
  { connector, from, hidden, json, messages, onTold, quiet, wait }: Options
) {
  const stdio = yield* Stdio.Stdio
  const globs = patterns.map((pattern) => Pattern.make(ByteString.toTextLossy(pattern), hidden))
  const isWanted = ({ change }: LoggedChange): boolean =>
    change._tag === "Rescan"
    || globs.length === 0
    || globs.some((glob) => Glob.match(glob, change.name))
  return yield* Stream.runForEachArray(
    followChanges(from, wait, connector),
    Effect.fnUntraced(
      function* (changes) {
        for (const told of changes.filter(isWanted)) {
          if (told.change._tag === "Rescan" && !json) {
            if (!quiet) yield* printError(messages.changes.rescan)
          } else
            yield* print(json ? `${escapeJson(loggedJson(told))}\n` : toLine(told.change, messages))
        }
        const last = changes.at(-1)
        if (last !== undefined) onTold(last.id)
      },
      Effect.provideService(Stdio.Stdio, stdio)
    )
  )
})
