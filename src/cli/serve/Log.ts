/**
 * The log of `app serve`: one line an event on standard error. Which events there are: telemetry/EventLog. Texts in them
 * may come from a client, so all are escaped: none can begin a line of its own or control a terminal.
 */
import { Layer, Logger, type LogLevel, References } from "effect"
import { escapeJson } from "../Escape.ts"
import { combinedLine } from "./CombinedLog.ts"

/**
 * The forms of a line; `auto` is `pretty` on a terminal and `logfmt` elsewhere. `combined` is `auto`, but for requests of
 * HTTP, which are written to standard output as web logs are.
 */
export const formats = ["auto", "pretty", "logfmt", "json", "combined"] as const
/** One of them. */
export type Format = (typeof formats)[number]

/** The levels, each of which logs the events of its own and of higher levels. */
export const levels = ["debug", "info", "warning", "error", "none"] as const
/** One of them. */
export type Level = (typeof levels)[number]

const minimum: Readonly<Record<Level, LogLevel.LogLevel>> = {
  debug: "Debug",
  info: "Info",
  warning: "Warn",
  error: "Error",
  none: "None"
}

const colors: ReadonlyMap<string, number> = new Map([
  ["DEBUG", 34],
  ["INFO", 32],
  ["WARN", 33],
  ["ERROR", 31],
  ["FATAL", 31]
])

const quote = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return escapeJson(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text))
}

/** Time of day, level, event and its fields on one line. Effect's own pretty logger writes a line for each annotation. */
const formatPretty = (colored: boolean) => {
  const color = (code: number, text: string) => (colored ? `\u001b[${code}m${text}\u001b[0m` : text)
  return Logger.map(
    Logger.formatStructured,
    ({ annotations, cause, level, message, timestamp }): string =>
      [
        color(90, timestamp.slice(11, 23)),
        color(colors.get(level) ?? 0, level.padEnd(5)),
        color(1, quote(message)),
        ...Object.entries({ ...annotations, ...(cause === undefined ? {} : { cause }) }).map(
          ([name, value]) => `${color(90, `${name}=`)}${quote(value)}`
        )
      ].join(" ")
  )
}

const formatter = (format: Format): Logger.Logger<unknown, string> => {
  const { isTTY } = process.stderr
  switch (format) {
    case "auto":
    case "combined":
      return formatter(isTTY ? "pretty" : "logfmt")
    case "pretty":
      return formatPretty(isTTY && process.env["NO_COLOR"] === undefined)
    case "logfmt":
      return Logger.map(Logger.formatLogFmt, escapeJson)
    case "json":
      return Logger.map(Logger.formatJson, escapeJson)
  }
}

/** The most memory, in bytes, that unwritten lines may take; further lines are dropped. */
const maxBuffered = 1024 * 1024

/**
 * Writes a line without waiting: a full disk, or a reader that has gone or stopped reading, must not slow or end the
 * server. `console.error` would buffer unread lines without bound.
 */
const write = (stream: NodeJS.WriteStream, line: string): void => {
  if (stream.writableLength < maxBuffered) stream.write(`${line}\n`)
}

/** Writes requests of HTTP to standard output, and returns whether the event was one. */
const writeRequest = (event: Logger.Options<unknown>): boolean => {
  const { annotations, message, timestamp } = Logger.formatStructured.log(event)
  if (message !== "http.request") return false
  write(process.stdout, combinedLine(timestamp, annotations))
  return true
}

/** A logger of this form that writes events of this level and higher. */
export const layer = (format: Format, level: Level): Layer.Layer<never> => {
  // A line that cannot be written is lost; there is nowhere to say so.
  process.stderr.on("error", () => undefined)
  const isCombined = format === "combined"
  if (isCombined) process.stdout.on("error", () => undefined)
  const lines = formatter(format)
  return Layer.merge(
    Logger.layer([
      Logger.make((event) => {
        if (!isCombined || !writeRequest(event)) write(process.stderr, lines.log(event))
      })
    ]),
    Layer.succeed(References.MinimumLogLevel, minimum[level])
  )
}
