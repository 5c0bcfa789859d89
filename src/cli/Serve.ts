/** `app serve`: wires the services, says where it listens, and serves until it is told to stop. */
import { type Duration, Effect, Layer, Option } from "effect"
import { Command } from "effect/cli"
import packageJson from "../../package.json" with { type: "json" }
import { Stats } from "../domain/Stats.ts"
import { Router } from "../Router.ts"
import { type Address, formatAddress, type ListenError } from "../server/Listener.ts"
import { type Limits, Server } from "../server/Server.ts"
import { Clock } from "../services/Clock.ts"
import * as DirectoryFileStore from "../services/DirectoryFileStore.ts"
import { Info } from "../services/Info.ts"
import { capConnections } from "./Descriptors.ts"
import { exitCode, Failure, systemCode } from "./Failure.ts"
import * as Flags from "./Flags.ts"
import type { Messages } from "./Messages.ts"
import { complain } from "./Output.ts"
import * as Passwords from "./Passwords.ts"
import { exitAtOnceIfToldAgain, stopSignal } from "./Signals.ts"

const listenFailure = (
  { host, port, reason }: ListenError,
  { reasons, startUp }: Messages
): string => {
  const address = formatAddress({ host, port })
  switch (reason) {
    case "EADDRINUSE":
      return startUp.portTaken(address)
    case "EACCES":
      return startUp.portForbidden(address)
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return startUp.noSuchAddress(address)
    default:
      return startUp.cannotListen(address, reasons.get(reason) ?? reason)
  }
}

const folderFailure = (
  { cause, folder }: DirectoryFileStore.FolderUnusable,
  { reasons, startUp }: Messages
): string => {
  const reason = systemCode(cause) ?? String(cause)
  switch (reason) {
    case "ENOENT":
      return startUp.folderMissing(folder)
    case "ENOTDIR":
      return startUp.notAFolder(folder)
    case "EACCES":
      return startUp.folderForbidden(folder)
    default:
      return startUp.folderUnusable(folder, reasons.get(reason) ?? reason)
  }
}

const startUpFailure = (
  error: ListenError | DirectoryFileStore.FolderUnusable,
  messages: Messages
): Failure =>
  new Failure({
    code: exitCode.refused,
    sentence:
      error._tag === "ListenError" ? listenFailure(error, messages) : folderFailure(error, messages)
  })

/** How to ask a server, as the announcement shows it: flags only where they differ from the defaults. */
const howToAsk = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  [
    "app client",
    ...(host === "127.0.0.1" || host === "0.0.0.0" || host === "::" ? [] : [`--host ${host}`]),
    ...(port === 65_432 ? [] : [`--port ${port}`]),
    "--cmd listar_arquivos"
  ].join(" ")

/** What to serve, and where. */
export interface Options extends Address {
  readonly dir: string
  readonly hidden: boolean
  readonly pickle: boolean
  /** In bytes a second. */
  readonly maxRate?: number | undefined
  readonly maxTotalRate?: number | undefined
  readonly passwords?: () => Passwords.Passwords
  readonly grace?: Duration.Duration
  readonly limits?: Limits
}

/** All unfinished requests together may hold this many bytes: room for 256 of the largest. */
const mostUnfinished = 256 * 1024 * 1024

/** Whether only programs of this machine reach the host. */
const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(host)

/** The services and the server over them. */
const layer = ({ dir, hidden, ...options }: Options) =>
  Server.layer({ ...options, version: packageJson.version }).pipe(
    Layer.provide(Router.layer),
    Layer.provide([
      DirectoryFileStore.layer({ folder: dir, hidden }),
      Clock.layer(),
      Info.layer,
      Stats.layer
    ])
  )

/** Serves while `use` runs, once it was said where. */
export const serving = <A, E, R>(
  options: Options,
  messages: Messages,
  use: (server: Server["Service"]) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const server = yield* Server
    const { address } = server
    yield* complain(messages.serving(formatAddress(address), options.dir, howToAsk(address)))
    return yield* use(server)
  }).pipe(
    Effect.provide(
      Layer.catch(layer(options), (error) =>
        Layer.effectContext(Effect.fail(startUpFailure(error, messages)))
      )
    )
  )

/** The command. It ends well when it is told to stop. */
export const serve = (messages: Messages) =>
  Command.make(
    "serve",
    {
      host: Flags.host(messages),
      port: Flags.port(messages),
      dir: Flags.dir(messages),
      hidden: Flags.hidden(messages),
      pickle: Flags.pickle(messages),
      maxRate: Flags.maxRate(messages),
      maxTotalRate: Flags.maxTotalRate(messages),
      passwordFile: Flags.passwordFile(messages),
      open: Flags.open(messages),
      drainDelay: Flags.drainDelay(messages),
      grace: Flags.grace(messages),
      connections: Flags.maxConnections(messages),
      perAddress: Flags.maxPerAddress(messages),
      idle: Flags.idleTimeout(messages),
      request: Flags.requestTimeout(messages),
      stall: Flags.stallTimeout(messages)
    },
    Effect.fn("serve")(function* (flags) {
      const { connections, idle, perAddress, request, stall } = flags
      // Device names, streams and short names would need rules of their own there.
      if (process.platform === "win32") {
        return yield* new Failure({
          code: exitCode.refused,
          sentence: messages.startUp.notOnWindows
        })
      }
      const passwords = yield* Passwords.follow(flags.passwordFile, messages)
      if (passwords().length === 0 && !flags.open && !isLoopback(flags.host)) {
        return yield* new Failure({
          code: exitCode.refused,
          sentence: messages.startUp.unprotected(formatAddress(flags))
        })
      }
      const { dir, grace, hidden, host, pickle, port } = flags
      const options: Options = {
        dir,
        grace,
        hidden,
        host,
        passwords,
        pickle,
        port,
        maxRate: Option.getOrUndefined(flags.maxRate),
        maxTotalRate: Option.getOrUndefined(flags.maxTotalRate),
        limits: {
          connections: yield* capConnections(connections),
          unfinished: mostUnfinished,
          idle,
          perAddress,
          request,
          stall
        }
      }
      return yield* serving(options, messages, ({ announceStop }) =>
        stopSignal.pipe(
          Effect.andThen(exitAtOnceIfToldAgain),
          Effect.andThen(announceStop),
          Effect.andThen(Effect.sleep(flags.drainDelay))
        )
      )
    }, Effect.scoped)
  ).pipe(
    Command.withDescription(messages.help.serve),
    Command.withExamples([
      { command: "app serve", description: messages.help.examples.serve },
      { command: "app serve --dir fotos --port 0", description: messages.help.examples.anyPort }
    ])
  )
