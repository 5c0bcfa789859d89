/** The flags of `app serve`, each of which Flags describes. */
import type { Command } from "effect/cli"
import * as Flags from "../Flags.ts"
import type { Messages } from "../Messages.ts"

/** All of them, by the names that the program gives them. */
export const serveFlags = (messages: Messages) => ({
  host: Flags.host(messages),
  port: Flags.port(messages),
  dir: Flags.dir(messages),
  store: Flags.store(messages),
  s3Endpoint: Flags.s3Endpoint(messages),
  s3Region: Flags.s3Region(messages),
  hidden: Flags.hidden(messages),
  cache: Flags.cache(messages),
  cacheFresh: Flags.cacheFresh(messages),
  pickle: Flags.pickle(messages),
  workers: Flags.workers(messages),
  maxRate: Flags.maxRate(messages),
  maxTotalRate: Flags.maxTotalRate(messages),
  passwordFile: Flags.passwordFile(messages),
  open: Flags.open(messages),
  tlsCert: Flags.tlsCert(messages),
  tlsKey: Flags.tlsKey(messages),
  tlsClientCa: Flags.tlsClientCa(messages),
  proxyProtocol: Flags.proxyProtocol(messages),
  drainDelay: Flags.drainDelay(messages),
  grace: Flags.grace(messages),
  connections: Flags.maxConnections(messages),
  perAddress: Flags.maxPerAddress(messages),
  idle: Flags.idleTimeout(messages),
  request: Flags.requestTimeout(messages),
  stall: Flags.stallTimeout(messages),
  logFormat: Flags.logFormat(messages),
  logLevel: Flags.logLevel(messages)
})

/** All that is said on its command line. */
export type ServeFlags = Command.Command.Config.Infer<ReturnType<typeof serveFlags>>
