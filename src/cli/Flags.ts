/** The options that commands share, each with its environment variable. */
import { Config, Duration, Option } from "effect"
import { Flag } from "effect/cli"
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

/** `--dir` */
export const dir = ({ help }: Messages) => text("dir", "APP_DIR", "DB", help.dir)

/** `--hidden` */
export const hidden = ({ help }: Messages) => toggle("hidden", "APP_HIDDEN", help.hidden)

/** `--json` */
export const json = ({ help }: Messages) => toggle("json", "APP_JSON", help.json)

/** `--timeout`; without it, connecting and silence have bounds of their own. */
export const timeout = ({ help, usage }: Messages) =>
  parsed("timeout", "APP_TIMEOUT", parseDuration, usage.expected.duration).pipe(
    Flag.optional,
    Flag.withDescription(help.timeout)
  )

/** `--output` */
export const output = ({ help }: Messages) =>
  Flag.String("output").pipe(
    Flag.withFallbackConfig(Config.String("APP_OUTPUT")),
    Flag.optional,
    Flag.withDescription(help.output)
  )

/** `--cmd`: never from the environment, for it is the question itself. */
export const cmd = ({ help }: Messages) =>
  Flag.String("cmd").pipe(Flag.optional, Flag.withDescription(help.cmd))
