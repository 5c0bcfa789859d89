/** The passwords that a server asks for, which may change while it runs. */
import { Effect, Option } from "effect"
import { systemCode } from "../Failure.ts"
import type { Messages } from "../Messages.ts"
import { load, readFile } from "../PasswordFile.ts"
import { whenChanged } from "./ReloadOnChange.ts"

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
