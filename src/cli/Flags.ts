/** The options that commands share, each with its environment variable. */
import { ByteSize, Config, Duration, Option, Result } from "effect"
import { Flag } from "effect/cli"
import { IpNetwork, NetAddress } from "effect/net"
import { availableParallelism } from "node:os"
import * as Log from "./LogOptions.ts"
import type { Messages } from "./Messages.ts"

const units: ReadonlyMap<string, (amount: number) => Duration.Duration> = new Map([
  ["ms", Duration.millis],
  ["s", Duration.seconds],
  ["m", Duration.minutes],
  ["h", Duration.hours]
])

/** A duration as people write it: `500ms`, `5s`, `1.5m`, `2h`; a number alone is seconds. */
export const parseDuration = (text: string): Duration.Duration | undefined => {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  const make = units.get(unit)
  return amount === undefined || make === undefined ? undefined : make(Number(amount))
}

/** A text, or the environment's, or `fallback`. */
const text = (name: string, variable: string, fallback: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withFallbackConfig(Config.String(variable)),
    Flag.withDefault(fallback),
    Flag.withDescription(description)
  )

/** A text that may be left out, such as a file's name, or the environment's. */
const optional = (name: string, variable: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withFallbackConfig(Config.String(variable)),
    Flag.optional,
    Flag.withDescription(description)
  )

/** A switch, on where its variable is true. */
const toggle = (name: string, variable: string, description: string) =>
  Flag.Boolean(name).pipe(
    Flag.withFallbackConfig(Config.Boolean(variable)),
    Flag.withDefault(false),
    Flag.withDescription(description)
  )

/** `--host` */
export const host = ({ help }: Messages) => text("host", "APP_HOST", "127.0.0.1", help.host)

const parsePort = (text: string): number | undefined => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : undefined
}

/** A text that `parse` makes something of, or the environment's. */
const parsed = <A>(
  name: string,
  variable: string,
  parse: (text: string) => A | undefined,
  expected: string
) =>
  Flag.String(name).pipe(
    Flag.withFallbackConfig(Config.String(variable)),
    Flag.filterMap(
      (value) => Option.fromUndefinedOr(parse(value)),
      () => expected
    )
  )

/** `--port`, 0 to 65,535. Not `Flag.Int`, which takes 70000 and does not say what it expects. */
export const port = ({ help, usage }: Messages) =>
  parsed("port", "APP_PORT", parsePort, usage.expected.port).pipe(
    Flag.withDefault(65_432),
    Flag.withMetavar("<0-65535>"),
    Flag.withDescription(help.port)
  )

/** `--dir`; where it is not given, and `--store` neither, it is `DB`. */
export const dir = ({ help }: Messages) => optional("dir", "APP_DIR", help.dir)

/** A part of a bucket. */
export interface BucketPath {
  readonly bucket: string
  readonly prefix: string
}

/** `s3://bucket` or `s3://bucket/prefix`. */
const parseStore = (text: string): BucketPath | undefined => {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text) ?? []
  return bucket === undefined ? undefined : { bucket, prefix }
}

/** `--store` */
export const store = ({ help, usage }: Messages) =>
  parsed("store", "APP_STORE", parseStore, usage.expected.store).pipe(
    Flag.optional,
    Flag.withDescription(help.store)
  )

const parseEndpoint = (text: string): string | undefined =>
  /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined

/** `--s3-endpoint` */
export const s3Endpoint = ({ help, usage }: Messages) =>
  parsed("s3-endpoint", "APP_S3_ENDPOINT", parseEndpoint, usage.expected.endpoint).pipe(
    Flag.optional,
    Flag.withDescription(help.s3Endpoint)
  )

/** `--s3-region` */
export const s3Region = ({ help }: Messages) =>
  optional("s3-region", "APP_S3_REGION", help.s3Region)

/** `--cache-fresh`, 0 to ask the store each time */
export const cacheFresh = (messages: Messages) =>
  duration(
    "cache-fresh",
    "APP_CACHE_FRESH",
    Duration.millis(100),
    messages.help.cacheFresh,
    messages
  )

/** `--hidden` */
export const hidden = ({ help }: Messages) => toggle("hidden", "APP_HIDDEN", help.hidden)

/** A size as people write it: `64MiB`, `1.5GB`, or a number of bytes; 0 as well. */
export const parseSize = (text: string): number | undefined => {
  const size = ByteSize.fromString(/^\d+$/.test(text) ? `${text}B` : text)
  return Option.getOrUndefined(Option.flatMap(size, ByteSize.toNumber))
}

/** `--cache`, in bytes, 0 for none; how much there is without it is the store's to say. */
export const cache = ({ help, usage }: Messages) =>
  parsed("cache", "APP_CACHE", parseSize, usage.expected.size).pipe(
    Flag.optional,
    Flag.withDescription(help.cache)
  )

/** `--pickle` */
export const pickle = ({ help }: Messages) => toggle("pickle", "APP_PICKLE", help.pickle)

/** Each worker takes some 75 MB; more of them than this are a slip of the finger. */
const mostWorkers = 256

const parseWorkers = (text: string): number | undefined => {
  // As many as this process may use, by its affinity and its quota too.
  if (text === "auto") return Math.min(mostWorkers, availableParallelism())
  const workers = parseLimit(text)
  return workers === undefined || workers > mostWorkers ? undefined : workers
}

/** `--workers`, `auto` for as many as there are cores */
export const workers = ({ help, usage }: Messages) =>
  parsed("workers", "APP_WORKERS", parseWorkers, usage.expected.workers).pipe(
    Flag.withDefault(1),
    Flag.withMetavar("<1-256|auto>"),
    Flag.withDescription(help.workers)
  )

/** What a client can speak: RESP, or the original project's pickles. */
export type Protocol = "resp" | "pickle"

const parseProtocol = (text: string): Protocol | undefined =>
  text === "resp" || text === "pickle" ? text : undefined

/** `--protocol` */
export const protocol = ({ help, usage }: Messages) =>
  parsed("protocol", "APP_PROTOCOL", parseProtocol, usage.expected.protocol).pipe(
    Flag.withDefault<Protocol>("resp"),
    Flag.withMetavar("<resp|pickle>"),
    Flag.withDescription(help.protocol)
  )

const duration = (
  name: string,
  variable: string,
  fallback: Duration.Duration,
  description: string,
  { usage }: Messages
) =>
  parsed(name, variable, parseDuration, usage.expected.duration).pipe(
    Flag.withDefault(fallback),
    Flag.withDescription(description)
  )

const limit = (
  name: string,
  variable: string,
  fallback: number,
  description: string,
  { usage }: Messages
) =>
  parsed(name, variable, parseLimit, usage.expected.limit).pipe(
    Flag.withDefault(fallback),
    Flag.withDescription(description)
  )

const parseLimit = (text: string): number | undefined => {
  const value = parseCount(text)
  return value === 0 ? undefined : value
}

/** `--max-connections` */
export const maxConnections = (messages: Messages) =>
  limit("max-connections", "APP_MAX_CONNECTIONS", 10_000, messages.help.maxConnections, messages)

/** `--max-connections-per-address` */
export const maxPerAddress = (messages: Messages) =>
  limit(
    "max-connections-per-address",
    "APP_MAX_CONNECTIONS_PER_ADDRESS",
    256,
    messages.help.maxPerAddress,
    messages
  )

/** `--idle-timeout`, 0 for never */
export const idleTimeout = (messages: Messages) =>
  duration(
    "idle-timeout",
    "APP_IDLE_TIMEOUT",
    Duration.minutes(10),
    messages.help.idleTimeout,
    messages
  )

/** `--request-timeout` */
export const requestTimeout = (messages: Messages) =>
  duration(
    "request-timeout",
    "APP_REQUEST_TIMEOUT",
    Duration.seconds(30),
    messages.help.requestTimeout,
    messages
  )

/** `--stall-timeout`, 0 for never */
export const stallTimeout = (messages: Messages) =>
  duration(
    "stall-timeout",
    "APP_STALL_TIMEOUT",
    Duration.seconds(60),
    messages.help.stallTimeout,
    messages
  )

/** `--password-file`, with passwords one a line; there is no flag for a password itself. */
export const passwordFile = ({ help }: Messages) =>
  optional("password-file", "APP_PASSWORD_FILE", help.passwordFile)

/** `--open` */
export const open = ({ help }: Messages) => toggle("open", "APP_OPEN", help.open)

/** `--tls-cert` */
export const tlsCert = ({ help }: Messages) => optional("tls-cert", "APP_TLS_CERT", help.tlsCert)

/** `--tls-key` */
export const tlsKey = ({ help }: Messages) => optional("tls-key", "APP_TLS_KEY", help.tlsKey)

/** `--tls-client-ca` */
export const tlsClientCa = ({ help }: Messages) =>
  optional("tls-client-ca", "APP_TLS_CLIENT_CA", help.tlsClientCa)

/** An address, or a network whose address has no bits beyond its prefix: `10.0.0.1/8` may be either's mistake. */
const parseNetwork = (text: string) =>
  Result.orElse(IpNetwork.fromString(text), () =>
    Result.flatMap(NetAddress.ipFromString(text), (address) =>
      IpNetwork.fromAddress(address, NetAddress.width(address))
    )
  )

/** Networks as people write them: `127.0.0.1, 10.0.0.0/8, fd00::/8`. */
export const parseNetworks = (text: string): ReadonlyArray<IpNetwork.IpNetwork> | undefined =>
  Option.getOrUndefined(
    Result.getSuccess(Result.all(text.split(",").map((part) => parseNetwork(part.trim()))))
  )

/** `--proxy-protocol` */
export const proxyProtocol = ({ help, usage }: Messages) =>
  parsed("proxy-protocol", "APP_PROXY_PROTOCOL", parseNetworks, usage.expected.networks).pipe(
    Flag.optional,
    Flag.withDescription(help.proxyProtocol)
  )

/** `--tls` */
export const tls = ({ help }: Messages) => toggle("tls", "APP_TLS", help.tls)

/** `--ca` */
export const ca = ({ help }: Messages) => optional("ca", "APP_CA", help.ca)

/** `--cert` */
export const cert = ({ help }: Messages) => optional("cert", "APP_CERT", help.cert)

/** `--key` */
export const key = ({ help }: Messages) => optional("key", "APP_KEY", help.key)

/** `--servername` */
export const servername = ({ help }: Messages) =>
  optional("servername", "APP_SERVERNAME", help.servername)

/** `--tls-insecure`, the only way not to have the server's certificate verified. */
export const tlsInsecure = ({ help }: Messages) =>
  toggle("tls-insecure", "APP_TLS_INSECURE", help.tlsInsecure)

/** `--drain-delay` */
export const drainDelay = (messages: Messages) =>
  duration("drain-delay", "APP_DRAIN_DELAY", Duration.zero, messages.help.drainDelay, messages)

/** `--grace` */
export const grace = (messages: Messages) =>
  duration("grace", "APP_GRACE", Duration.seconds(30), messages.help.grace, messages)

const oneOf =
  <A extends string>(choices: ReadonlyArray<A>) =>
  (text: string): A | undefined =>
    choices.find((choice) => choice === text)

/** `--log-format` */
export const logFormat = ({ help }: Messages) =>
  parsed("log-format", "APP_LOG_FORMAT", oneOf(Log.formats), Log.formats.join(", ")).pipe(
    Flag.withDefault<Log.Format>("auto"),
    Flag.withMetavar(`<${Log.formats.join("|")}>`),
    Flag.withDescription(help.logFormat)
  )

/** `--log-level`. Not the one that effect/cli gives every command: the client has no log, and that one no variable. */
export const logLevel = ({ help }: Messages) =>
  parsed("log-level", "APP_LOG_LEVEL", oneOf(Log.levels), Log.levels.join(", ")).pipe(
    Flag.withDefault<Log.Level>("info"),
    Flag.withMetavar(`<${Log.levels.join("|")}>`),
    Flag.withDescription(help.logLevel)
  )

/** `--json` */
export const json = ({ help }: Messages) => toggle("json", "APP_JSON", help.json)

/** `--timeout`; without it, connecting and silence have bounds of their own. */
export const timeout = ({ help, usage }: Messages) =>
  parsed("timeout", "APP_TIMEOUT", parseDuration, usage.expected.duration).pipe(
    Flag.optional,
    Flag.withDescription(help.timeout)
  )

/** A rate as people write it: `500KiB`, `10MiB`, `1.5MB`, or a number of bytes; at least one byte a second. */
export const parseRate = (text: string): number | undefined => {
  const rate = parseSize(text)
  return rate === undefined || rate < 1 ? undefined : rate
}

const rate = (name: string, variable: string, description: string, { usage }: Messages) =>
  parsed(name, variable, parseRate, usage.expected.rate).pipe(
    Flag.optional,
    Flag.withDescription(description)
  )

/** `--max-rate`, in bytes a second */
export const maxRate = (messages: Messages) =>
  rate("max-rate", "APP_MAX_RATE", messages.help.maxRate, messages)

/** `--max-total-rate`, in bytes a second */
export const maxTotalRate = (messages: Messages) =>
  rate("max-total-rate", "APP_MAX_TOTAL_RATE", messages.help.maxTotalRate, messages)

const parseCount = (text: string): number | undefined => {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(count) ? count : undefined
}

/** `--retries` */
export const retries = ({ help, usage }: Messages) =>
  parsed("retries", "APP_RETRIES", parseCount, usage.expected.count).pipe(
    Flag.withDefault(5),
    Flag.withDescription(help.retries)
  )

/** `--quiet` */
export const quiet = ({ help }: Messages) => toggle("quiet", "APP_QUIET", help.quiet)

/** `--no-verify`. Not the negation that effect/cli gives each switch, for it stands in scripts under this name. */
export const noVerify = ({ help }: Messages) => toggle("no-verify", "APP_NO_VERIFY", help.noVerify)

/** `--no-overwrite` */
export const noOverwrite = ({ help }: Messages) =>
  toggle("no-overwrite", "APP_NO_OVERWRITE", help.noOverwrite)

/** `--long` */
export const long = ({ help }: Messages) =>
  Flag.Boolean("long").pipe(Flag.withDefault(false), Flag.withDescription(help.long))

const count = (name: string, description: string, { usage }: Messages) =>
  Flag.String(name).pipe(
    Flag.filterMap(
      (value) => Option.fromUndefinedOr(parseCount(value)),
      () => usage.expected.count
    ),
    Flag.optional,
    Flag.withDescription(description)
  )

/** `--start`, in bytes: a part of a file is asked for by flags, since all words are names. */
export const start = (messages: Messages) => count("start", messages.help.start, messages)

/** `--length`, in bytes */
export const length = (messages: Messages) => count("length", messages.help.length, messages)

/** `--output` */
export const output = ({ help }: Messages) => optional("output", "APP_OUTPUT", help.output)

/** `--cmd`: never from the environment, for it is the question itself. */
export const cmd = ({ help }: Messages) =>
  Flag.String("cmd").pipe(Flag.optional, Flag.withDescription(help.cmd))
