/** Names of files on the server, for a shell that completes a word (usage/ServerNames): quick, or not at all. */
import { Effect } from "effect"
import type { ArgumentDocs, Args } from "../../commands/Argument.ts"
import { specs } from "../../commands/Command.ts"
import * as Parser from "../../commands/Parser.ts"
import type { Connectors } from "../../client/Connector.ts"
import { receiveReply } from "../../client/files/RemoteFile.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { Reply } from "../../domain/Reply.ts"
import { escape } from "../Escape.ts"
import { print } from "../Output.ts"
import { isFollow } from "./changes/FollowCommand.ts"

/** How long a person who pressed Tab waits for the server. */
const patience = "200 millis"

/** More names than that are too many to choose from: none is printed, until more of the name is typed. */
const most = 5000

const isName = ({ type }: ArgumentDocs): boolean => type === "key" || type === "pattern"

/** Whether the command, by its name, is about files. */
const takesNames = ([command]: Args): boolean =>
  Parser.entries.some(
    ({ name, tag }) =>
      name === command?.toLowerCase() && specs[tag].docs.arguments.some((docs) => isName(docs))
  )

/**
 * A text that sorts before all names with the prefix, and hardly before any other: the prefix with its last character
 * one lower, and the highest character of all. `undefined` where all names have the prefix.
 */
const before = (prefix: string): string | undefined => {
  const last = Array.from(prefix).at(-1)
  if (last === undefined) return undefined
  const code = (last.codePointAt(0) ?? 0) - 1
  // Surrogates (U+D800 to U+DFFF) are no characters.
  const lower = code === 0xdfff ? 0xd7ff : Math.max(0, code)
  return `${prefix.slice(0, -last.length)}${String.fromCodePoint(lower)}\u{10ffff}`
}

/**
 * The name as a shell can have it; `undefined` for bytes that are no text, for what would not show as it is, and for what
 * would be taken for a flag: a server could have `--output=.bashrc` put on the line.
 */
const nameOf = (reply: Reply): string | undefined => {
  const name = reply._tag === "Bulk" ? ByteString.toText(reply.value) : undefined
  return name !== undefined && escape(name) === name && !name.startsWith("-") ? name : undefined
}

/**
 * Prints the names that begin with `prefix`, one a line, if `args` begin with a command that takes some. Nothing is
 * printed, and nothing fails, where the server does not answer in time, refuses, or has too many.
 */
export const completeNames = Effect.fnUntraced(function* (
  prefix: string,
  args: Args,
  { bytes }: Connectors
) {
  if (!takesNames(args) && !isFollow(args)) return
  const start = ByteString.fromText(prefix)
  const after = before(prefix)
  // Not by a pattern: its `*` ends at the next `/`.
  const request = Parser.print({
    _tag: "List",
    pattern: undefined,
    after: after === undefined ? undefined : ByteString.fromText(after),
    limit: most + 1,
    fields: undefined,
    digest: undefined
  })
  const reply = yield* bytes
    .ask(() => request, receiveReply)
    .pipe(
      Effect.timeout(patience),
      Effect.orElseSucceed(() => undefined)
    )
  if (reply?._tag !== "List") return
  const names = reply.items.filter((item) => item._tag === "Bulk" && item.value.startsWith(start))
  if (names.length > most) return
  yield* print(
    names
      .map(nameOf)
      .filter((name) => name !== undefined)
      .map((name) => `${name}\n`)
      .join("")
  )
})
