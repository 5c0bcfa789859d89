/**
 * Where passwords come from: the variable APP_PASSWORD, or a file with one a line. Never the command line, which every
 * user of the machine can read.
 */
import { Config, Effect, FileSystem, Option, Redacted } from "effect"
import { whenChanged } from "./ReloadOnChange.ts"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** Passwords, the newest first; none where nothing was set. */
export type Passwords = ReadonlyArray<Redacted.Redacted>

const parse = (text: string): Passwords =>
  text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => Redacted.make(line))

const readFile = Effect.fnUntraced(function* (file: string) {
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

/**
 * The passwords as they are now: the file is read again when it has changed, so that a password can be changed
 * without a restart. A file that cannot be read, or is empty, leaves the passwords as they were.
 */
export const follow = Effect.fnUntraced(function* (
  file: Option.Option<string>,
  messages: Messages
) {
  let current = yield* load(file, messages)
  if (Option.isSome(file)) {
    const keep = (error: string) =>
      Effect.annotateLogs(Effect.logWarning("passwords.kept"), { file: file.value, error })
    const reload = Effect.gen(function* () {
      const passwords = yield* readFile(file.value)
      if (passwords.length === 0) return yield* keep("it is empty")
      current = passwords
      return yield* Effect.annotateLogs(Effect.logInfo("passwords.reloaded"), {
        file: file.value,
        passwords: passwords.length
      })
    }).pipe(Effect.catchTag("PlatformError", (error) => keep(systemCode(error) ?? error.message)))
    yield* whenChanged([file.value], reload)
  }
  return () => current
})
