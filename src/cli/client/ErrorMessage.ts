/** Turns the errors of requests into a sentence in the person's language and an exit code. */
import { escape } from "../Escape.ts"
import type { SaveFailed } from "../../client/files/Placement.ts"
import { findObstacle } from "../../client/node/Obstacle.ts"
import type { AnswerError } from "../../client/Requests.ts"
import { replyTooLarge } from "../../codec/resp/RespClient.ts"
import { fill, isName, recognize } from "../../domain/sentences/Sentence.ts"
import { exitCode, Failure, systemCode } from "../Failure.ts"
import type { Messages } from "../Messages.ts"
import { entries } from "../../commands/Parser.ts"
import { nearest } from "../usage/Nearest.ts"
import { commandName as followName } from "./changes/FollowCommand.ts"
import { formatBytes } from "./FormatBytes.ts"
import { tlsFault } from "./TlsFaults.ts"

/** The reason in the person's language where its code is known, else the system's code or text. */
const reason = (cause: unknown, { reasons }: Messages): string => {
  const code = systemCode(cause)
  if (code !== undefined) return reasons.get(code) ?? code
  return escape(cause instanceof Error ? cause.message : String(cause))
}

/** A question for what the unknown command was meant to be, where one of ours is near. */
const meant = (name: string, { usage }: Messages): string => {
  const names = nearest(name.toLowerCase(), [...entries.map((entry) => entry.name), followName])
  return names.length === 0 ? "" : ` ${usage.suggestions(names)}`
}

/**
 * The server's sentence in the person's language. What is none of this program's, as an older server and Redis have some, is
 * told by its code where that says all there is to say, else as it came.
 */
const refusal = (code: string, message: string, messages: Messages): string => {
  const { client, refusals } = messages
  const found = recognize(message)
  if (found !== undefined) {
    const told = escape(fill(refusals[found.name], found.about))
    return found.name === "unknownCommand" ? told + meant(found.about[0] ?? "", messages) : told
  }
  // Of Redis it means that it is about to begin, and not that it is about to stop.
  if (isName(code) && code !== "LOADING" && !refusals[code].includes("{}")) return refusals[code]
  return escape(code === "ERR" ? message : client.refused(code, message))
}

/** What is in the way of a file, and what to do; `undefined` where it is something else that fails. */
const inTheWay = ({ cause, path }: SaveFailed, { client }: Messages): string | undefined => {
  const { obstacles } = client
  const code = systemCode(cause) ?? ""
  if (code === "EISDIR" || code === "ENOTEMPTY") return obstacles.folder
  if (!["EEXIST", "ENOENT", "ENOTDIR"].includes(code)) return undefined
  const found = findObstacle(path, code === "ENOTDIR")
  return found && obstacles[found.isLink ? "link" : "file"](escape(found.place))
}

/** A code for programs: the server's own of an error reply, else the kind of the error. */
export const codeOf = (error: AnswerError): string =>
  error._tag === "ErrorReply" ? error.code : error._tag

/** The failure for an error of a request to the server at `address`. */
export const errorMessage = (error: AnswerError, address: string, messages: Messages): Failure => {
  const { client } = messages
  switch (error._tag) {
    case "ConnectFailed":
      return new Failure({
        code: exitCode.connection,
        sentence: error.timedOut
          ? client.connectTimeout(address)
          : (tlsFault(error.cause, address, messages)
            ?? client.cannotConnect(address, reason(error.cause, messages)))
      })
    case "ConnectionLost":
      return new Failure({
        code: exitCode.connection,
        sentence: tlsFault(error.cause, address, messages) ?? client.connectionLost(address)
      })
    case "StreamCut":
      return new Failure({ code: exitCode.connection, sentence: client.connectionLost(address) })
    case "ReadTimeout":
      return new Failure({
        code: exitCode.connection,
        sentence: client.readTimeout(address, error.seconds)
      })
    case "SlowTransfer":
      return new Failure({
        code: exitCode.connection,
        sentence: client.slowTransfer(address, formatBytes(error.bytesPerSecond), error.seconds)
      })
    case "MalformedReply":
      if (error === replyTooLarge) {
        return new Failure({ code: exitCode.refused, sentence: client.replyTooLarge })
      }
      return new Failure({
        code: exitCode.connection,
        sentence: client.malformedReply(address, error.reason)
      })
    case "ErrorReply":
      // This refuses the connection, not the request.
      if (error.code === "NOTLS") {
        return new Failure({ code: exitCode.connection, sentence: messages.tls.wantsTls(address) })
      }
      return new Failure({
        code: exitCode.refused,
        sentence: refusal(error.code, error.message, messages)
      })
    case "UnexpectedName":
      return new Failure({
        code: exitCode.refused,
        sentence: client.unexpectedName(escape(error.name))
      })
    case "NothingMatches":
      return new Failure({
        code: exitCode.refused,
        sentence: client.nothingMatches(escape(error.name))
      })
    case "UnaskedName":
      return new Failure({
        code: exitCode.refused,
        sentence: (error.isHidden ? client.hiddenName : client.unaskedName)(escape(error.name))
      })
    case "SaveFailed":
      return new Failure({
        code: exitCode.refused,
        sentence: client.cannotSave(
          escape(error.path),
          inTheWay(error, messages) ?? reason(error.cause, messages)
        )
      })
    case "Mismatch":
      return new Failure({
        code: exitCode.mismatch,
        sentence: client.mismatch(escape(error.name))
      })
    case "OneFileForMany":
      return new Failure({
        code: exitCode.usage,
        sentence: client.oneFileForMany(escape(error.output))
      })
    case "HashUnavailable":
      return new Failure({
        code: exitCode.refused,
        sentence: client.cannotSave("SHA-256", reason(error.cause, messages))
      })
    case "PlatformError":
      // Standard output was closed, as by `app client | head`: nobody is left to tell.
      return new Failure({
        code: exitCode.refused,
        sentence: systemCode(error) === "EPIPE" ? "" : client.cannotPrint(reason(error, messages))
      })
  }
}
