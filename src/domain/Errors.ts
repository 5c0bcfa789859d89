/**
 * The errors that answer a command. Each has a code for programs and a sentence for people, both as they are sent;
 * none of them ends the connection. Broken protocols: codec/Codec.ts.
 */
import { Schema } from "effect"
import { Sentence, sentence } from "./sentences/Sentence.ts"

type ErrorClass = abstract new (...args: ReadonlyArray<never>) => Error

/**
 * A class whose errors have no stack trace: they are replies to whatever strangers send, thousands a second, and the
 * trace takes 30 of the 35 µs that an error takes.
 */
const withoutStack = <C extends ErrorClass>(errors: C): C =>
  new Proxy(errors, {
    construct: (target, args, newTarget) => {
      const { stackTraceLimit } = Error
      Error.stackTraceLimit = 0
      try {
        // oxlint-disable-next-line typescript/no-unsafe-return -- Reflect.construct, which makes an instance of C, is typed as any
        return Reflect.construct(target, args, newTarget)
      } finally {
        Error.stackTraceLimit = stackTraceLimit
      }
    }
  })

/** The request names no command of this server. `name` is the name it gives, made printable. */
export class UnknownCommand extends withoutStack(
  Schema.TaggedError<UnknownCommand>()("UnknownCommand", {
    name: Schema.String
  })
) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return sentence("unknownCommand", this.name)
  }
}

/** The command does not take this many arguments. `name` is the command's, in lower case, `client|setname` for a subcommand. */
export class WrongArity extends withoutStack(
  Schema.TaggedError<WrongArity>()("WrongArity", {
    name: Schema.String
  })
) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return sentence("wrongArity", this.name)
  }
}

/** The command has no such subcommand. `name` is what was asked for, made printable; `container` is in lower case. */
export class UnknownSubcommand extends withoutStack(
  Schema.TaggedError<UnknownSubcommand>()("UnknownSubcommand", {
    container: Schema.String,
    name: Schema.String
  })
) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return sentence("unknownSubcommand", this.name, this.container.toUpperCase())
  }
}

/**
 * An argument is wrong, or the state of the connection does not allow the command. `text` says what is wrong. `command` is
 * the name of the command whose arguments could not be read, where that is why: `client setname` for a subcommand.
 */
export class BadArgument extends withoutStack(
  Schema.TaggedError<BadArgument>()("BadArgument", {
    text: Sentence,
    command: Schema.optionalKey(Schema.String)
  })
) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return this.text
  }
}

/** HELLO asks for a version of RESP other than 2 and 3 (redis.io, HELLO: NOPROTO). */
export class UnsupportedProtocol extends withoutStack(
  Schema.TaggedError<UnsupportedProtocol>()("UnsupportedProtocol", {})
) {
  /** `NOPROTO`, on which clients fall back to RESP 2. */
  readonly code = "NOPROTO"
  override get message() {
    return sentence("NOPROTO")
  }
}

/** AUTH or HELLO gives a user name or password that the server does not accept. */
export class WrongPassword extends withoutStack(
  Schema.TaggedError<WrongPassword>()("WrongPassword", {})
) {
  /** `WRONGPASS`, as Redis answers. */
  readonly code = "WRONGPASS"
  override get message() {
    return sentence("WRONGPASS")
  }
}

/** The server requires a password and the connection has not given it. `text` is Redis's, which has a longer one for HELLO. */
export class NotAuthenticated extends withoutStack(
  Schema.TaggedError<NotAuthenticated>()("NotAuthenticated", {
    text: Sentence
  })
) {
  /** `NOAUTH`, as Redis answers. */
  readonly code = "NOAUTH"
  override get message() {
    return this.text
  }
}

/** The command is one with which Redis writes (commands/WritingVerbs.ts). `name` is the command's, in lower case. */
export class ReadOnlyServer extends withoutStack(
  Schema.TaggedError<ReadOnlyServer>()("ReadOnlyServer", {
    name: Schema.String
  })
) {
  /** `ERR`. */
  readonly code = "ERR"
  override get message() {
    return sentence("readOnly", this.name)
  }
}

/** No shared file has this name. */
export class FileNotFound extends withoutStack(
  Schema.TaggedError<FileNotFound>()("FileNotFound", {})
) {
  /** `NOTFOUND`. */
  readonly code = "NOTFOUND"
  override get message() {
    return sentence("NOTFOUND")
  }
}

/** The file is not the version that the request names: it changed in the meantime. */
export class FileChanged extends withoutStack(
  Schema.TaggedError<FileChanged>()("FileChanged", {})
) {
  /** `CHANGED`. */
  readonly code = "CHANGED"
  override get message() {
    return sentence("CHANGED")
  }
}

/** The range begins past the end of the file; `size` is the file's, in bytes. */
export class RangeNotSatisfiable extends withoutStack(
  Schema.TaggedError<RangeNotSatisfiable>()("RangeNotSatisfiable", {
    size: Schema.Int
  })
) {
  /** `RANGE`. */
  readonly code = "RANGE"
  override get message() {
    return sentence("RANGE", this.size)
  }
}

/**
 * The store cannot answer now: unreachable, out of file descriptors, an unreadable file, a failing disk. `cause` is for the log,
 * and so is `file`, the name that was asked for, where it was one.
 */
export class StoreUnavailable extends withoutStack(
  Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
    cause: Schema.Defect(),
    file: Schema.optionalKey(Schema.String)
  })
) {
  /** `UNAVAILABLE`. */
  readonly code = "UNAVAILABLE"
  override get message() {
    return sentence("UNAVAILABLE")
  }
}

/** The command is for a stream, and the name is a file's (redis.io, WRONGTYPE). */
export class WrongType extends withoutStack(Schema.TaggedError<WrongType>()("WrongType", {})) {
  /** `WRONGTYPE`, as Redis answers. */
  readonly code = "WRONGTYPE"
  override get message() {
    return sentence("WRONGTYPE")
  }
}

/** Nobody looks for changes of the files here, so that they cannot be followed. */
export class ChangesNotFollowed extends withoutStack(
  Schema.TaggedError<ChangesNotFollowed>()("ChangesNotFollowed", {})
) {
  /** `NOCHANGES`. */
  readonly code = "NOCHANGES"
  override get message() {
    return sentence("NOCHANGES")
  }
}

/** The server is about to stop: the answer to PING, by which a load balancer sends it no new clients. */
export class Draining extends withoutStack(Schema.TaggedError<Draining>()("Draining", {})) {
  /** `LOADING`, which Redis's clients and load balancers take for a server that is not ready. */
  readonly code = "LOADING"
  override get message() {
    return sentence("LOADING")
  }
}

/** Every error that can answer a command. */
export type CommandError =
  | UnknownCommand
  | UnknownSubcommand
  | WrongArity
  | BadArgument
  | UnsupportedProtocol
  | WrongPassword
  | NotAuthenticated
  | ReadOnlyServer
  | FileNotFound
  | FileChanged
  | RangeNotSatisfiable
  | StoreUnavailable
  | WrongType
  | ChangesNotFollowed
  | Draining
