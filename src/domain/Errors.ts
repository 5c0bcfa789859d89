/**
 * Why a command was not answered with what it asked for. Each error carries the code that programs read and the
 * sentence that people read, both as they stand on the wire; none of them ends the connection.
 */
import { Schema } from "effect"

/** The request named no command of this server. `name` is what it named, made printable. */
export class UnknownCommand extends Schema.TaggedError<UnknownCommand>()("UnknownCommand", {
  name: Schema.String
}) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return `Comando desconhecido. (unknown command '${this.name}')`
  }
}

/** The command does not take this many arguments. `name` is the command's, in lower case, `client|setname` for a subcommand. */
export class WrongArity extends Schema.TaggedError<WrongArity>()("WrongArity", {
  name: Schema.String
}) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return `wrong number of arguments for '${this.name}' command`
  }
}

/** The command has no such subcommand. `name` is what was asked for, made printable; `container` is in lower case. */
export class UnknownSubcommand extends Schema.TaggedError<UnknownSubcommand>()(
  "UnknownSubcommand",
  { container: Schema.String, name: Schema.String }
) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return `unknown subcommand '${this.name}'. Try ${this.container.toUpperCase()} HELP.`
  }
}

/** An argument, or the client's state, does not allow the command; `text` says what is wrong. */
export class BadArgument extends Schema.TaggedError<BadArgument>()("BadArgument", {
  text: Schema.String
}) {
  /** `ERR`, as Redis answers. */
  readonly code = "ERR"
  override get message() {
    return this.text
  }
}

/** The protocol version asked for by HELLO is not spoken here (redis.io, HELLO: NOPROTO). */
export class UnsupportedProtocol extends Schema.TaggedError<UnsupportedProtocol>()(
  "UnsupportedProtocol",
  {}
) {
  /** `NOPROTO`, on which clients fall back to RESP 2. */
  readonly code = "NOPROTO"
  override get message() {
    return "unsupported protocol version"
  }
}

/** The user name and password given are not those of this server. */
export class WrongPassword extends Schema.TaggedError<WrongPassword>()("WrongPassword", {}) {
  /** `WRONGPASS`, as Redis answers. */
  readonly code = "WRONGPASS"
  override get message() {
    return "invalid username-password pair or user is disabled."
  }
}

/** The server has a password and the connection has not given it. `text` is Redis's, which has a longer one for HELLO. */
export class NotAuthenticated extends Schema.TaggedError<NotAuthenticated>()("NotAuthenticated", {
  text: Schema.String
}) {
  /** `NOAUTH`, as Redis answers. */
  readonly code = "NOAUTH"
  override get message() {
    return this.text
  }
}

/** The command would change what is stored, in a Redis. `name` is the command's, in lower case. */
export class ReadOnlyServer extends Schema.TaggedError<ReadOnlyServer>()("ReadOnlyServer", {
  name: Schema.String
}) {
  /** `ERR`. */
  readonly code = "ERR"
  override get message() {
    return `Servidor somente leitura: '${this.name}' não é aceito. (read-only server)`
  }
}

/** No shared file has this name. */
export class FileNotFound extends Schema.TaggedError<FileNotFound>()("FileNotFound", {}) {
  /** `NOTFOUND`. */
  readonly code = "NOTFOUND"
  override get message() {
    return "Arquivo não encontrado!"
  }
}

/** The file is no longer the version asked for. */
export class FileChanged extends Schema.TaggedError<FileChanged>()("FileChanged", {}) {
  /** `CHANGED`. */
  readonly code = "CHANGED"
  override get message() {
    return "Arquivo mudou; recomece."
  }
}

/** The range begins past the end of the file; `size` is the file's, in bytes. */
export class RangeNotSatisfiable extends Schema.TaggedError<RangeNotSatisfiable>()(
  "RangeNotSatisfiable",
  {
    size: Schema.Int
  }
) {
  /** `RANGE`. */
  readonly code = "RANGE"
  override get message() {
    return `Início além do fim do arquivo; tamanho ${this.size}.`
  }
}

/** The store cannot answer now: out of reach, out of descriptors, an unreadable file, a failing disk. `cause` is for the log. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  cause: Schema.Defect()
}) {
  /** `UNAVAILABLE`. */
  readonly code = "UNAVAILABLE"
  override get message() {
    return "Armazenamento indisponível; tente novamente."
  }
}

/** The server is about to stop; a balancer that is told so sends nobody new. */
export class Draining extends Schema.TaggedError<Draining>()("Draining", {}) {
  /** `LOADING`, which Redis's clients and balancers take for a server that is not ready. */
  readonly code = "LOADING"
  override get message() {
    return "Servidor encerrando."
  }
}

/** Everything that can stand in a command's way. */
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
  | Draining
