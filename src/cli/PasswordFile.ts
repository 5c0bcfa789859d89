/**
 * Where passwords come from: the variable APP_PASSWORD, or a file with one a line. Never the command line, which every
 * user of the machine can read.
 */
import { Config, Effect, FileSystem, Option, Redacted } from "effect"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** Passwords, the newest first; none where nothing was set. */
export type Passwords = ReadonlyArray<Redacted.Redacted>

const parse = (text: string): Passwords =>
  text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => Redacted.make(line))

/** The passwords in a file. */
export const readFile = Effect.fnUntraced(function* (file: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return parse(yield* fileSystem.readFileString(file))
})

const fromVariable = Config.option(Config.Redacted("APP_PASSWORD")).pipe(
  Config.map((password) => Option.toArray(password))
)

/** The passwords of the file, if one is named, else of the variable. */
export const load = Effect.fnUntraced(function* (
  file: Option.Option<string>,
  { reasons, startUp }: Messages
) {
  if (Option.isNone(file)) return yield* Effect.orElseSucceed(fromVariable, (): Passwords => [])
  const refuse = (reason: string) =>
    new Failure({
      code: exitCode.refused,
      sentence: startUp.passwordFileUnusable(file.value, reason)
    })
  const found = yield* Effect.catchTag(readFile(file.value), "PlatformError", (error) => {
    const reason = systemCode(error) ?? error.message
    return refuse(reasons.get(reason) ?? reason)
  })
  return found.length === 0 ? yield* refuse(startUp.noPassword) : found
})
