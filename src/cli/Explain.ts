/** What went wrong with a question, as a sentence in the person's language and an exit code for the script. */
import type { PlatformError } from "effect"
import type { ConnectFailed, RequestError } from "../client/Client.ts"
import { escape } from "../client/Display.ts"
import type { SaveFailed, StrangeName } from "../client/Download.ts"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import type { Messages } from "./Messages.ts"

/** Everything that can go wrong with a question. */
export type QuestionError =
  | ConnectFailed
  | RequestError
  | StrangeName
  | SaveFailed
  | PlatformError.PlatformError

/** The reason in the person's language where it is known, else as the system gives it. */
const reason = (cause: unknown, { reasons }: Messages): string => {
  const code = systemCode(cause)
  if (code !== undefined) return reasons.get(code) ?? code
  return escape(cause instanceof Error ? cause.message : String(cause))
}

/** A refusal in the client's own words where it knows the code, else in the server's. */
const refusal = (code: string, message: string, messages: Messages): string =>
  messages.refusals.get(code)
  ?? escape(code === "ERR" ? message : messages.client.refused(code, message))

/** The end of a run that asked the server at `address`. */
export const explain = (error: QuestionError, address: string, messages: Messages): Failure => {
  const { client } = messages
  switch (error._tag) {
    case "ConnectFailed":
      return new Failure({
        code: exitCode.connection,
        sentence: error.timedOut
          ? client.connectTimeout(address)
          : client.cannotConnect(address, reason(error.cause, messages))
      })
    case "ConnectionLost":
      return new Failure({ code: exitCode.connection, sentence: client.connectionLost(address) })
    case "ServerSilent":
      return new Failure({
        code: exitCode.connection,
        sentence: client.serverSilent(address, error.seconds)
      })
    case "MalformedReply":
      return new Failure({
        code: exitCode.connection,
        sentence: client.malformedReply(address, error.reason)
      })
    case "Refused":
      return new Failure({
        code: exitCode.refused,
        sentence: refusal(error.code, error.message, messages)
      })
    case "StrangeName":
      return new Failure({
        code: exitCode.refused,
        sentence: client.strangeName(escape(error.name))
      })
    case "SaveFailed":
      return new Failure({
        code: exitCode.refused,
        sentence: client.cannotSave(escape(error.path), reason(error.cause, messages))
      })
    case "PlatformError":
      // Standard output is gone, as when `app client | head` has seen enough: nobody is left to tell.
      return new Failure({ code: exitCode.refused, sentence: "" })
  }
}
