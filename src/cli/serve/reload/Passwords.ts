/** The passwords that a server accepts, read again when their file changes. */
import { Effect, Option } from "effect"
import { resolve } from "node:path"
import type { Messages } from "../../Messages.ts"
import { load, parse } from "../../PasswordFile.ts"
import { readAgain } from "./ReadAgain.ts"
import { reloadOnChange } from "./ReloadOnChange.ts"

/**
 * The current passwords. The file is read again when it has changed, so that a password can be changed without a
 * restart. A new file that cannot be read, or is empty, is logged, and the old passwords stay in use. At first a FIFO is
 * waited for if `waits`.
 */
export const follow = Effect.fnUntraced(function* (
  file: Option.Option<string>,
  waits: boolean,
  messages: Messages
) {
  let current = yield* load(file, messages, waits ? undefined : readAgain)
  if (Option.isSome(file)) {
    // The server does not stay in the folder that it was started in.
    const path = resolve(file.value)
    const keep = (error: string) =>
      Effect.annotateLogs(Effect.logWarning("passwords.kept"), { file: file.value, error })
    const reload = Effect.gen(function* () {
      const passwords = yield* Effect.flatMap(readAgain(path), parse)
      if (passwords.length === 0) return yield* keep("it is empty")
      current = passwords
      return yield* Effect.annotateLogs(Effect.logInfo("passwords.reloaded"), {
        file: file.value,
        passwords: passwords.length
      })
    }).pipe(
      Effect.catchTags({
        InUtf16: () => keep("it is in UTF-16"),
        NotReadAgain: ({ reason }) => keep(reason)
      })
    )
    yield* reloadOnChange([path], reload)
  }
  return () => current
})
