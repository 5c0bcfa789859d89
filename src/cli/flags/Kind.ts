/** The kinds of values that flags have: for each a parser, and what is expected where the parser rejects a text. */
import { ByteSize, Duration, Option, Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import type { Localized } from "../Language.ts"

/** A kind of value, parsed from text to an `A`. */
export interface Kind<A> {
  /** `undefined` where the text is none of this kind. */
  readonly parse: (text: string) => A | undefined
  /** What is expected, as a usage error says it; without a full stop. */
  readonly expected: Localized
  /** The kind's name, which stands for the value in help: `<duração>`. */
  readonly placeholder: Localized
  /** What a shell offers for it: files, folders, or these values. */
  readonly completion?: "file" | "folder" | ReadonlyArray<string>
  /** The value as `server.started` logs it; the value itself where this is not given. */
  readonly toLog?: (value: A) => unknown
}

/** What is the same in every language. */
const inAll = (text: string): Localized => ({ pt: text, en: text })

/** Any text. */
export const text: Kind<string> = {
  parse: (text) => text,
  expected: { pt: "um texto", en: "a text" },
  placeholder: { pt: "texto", en: "text" }
}

/** A host's name or address, without a port; an IPv6 address may be in brackets. */
export const host: Kind<string> = {
  parse: (text) => {
    const [, inBrackets] = /^\[([^\]]*)\]$/.exec(text) ?? []
    if (inBrackets !== undefined) return inBrackets
    // A port behind it, a URL, or a bracket that is not closed.
    return text === "" || /^[^:]*:[^:]*$|^\[|[/\s]/.test(text) ? undefined : text
  },
  expected: {
    pt: "só um nome ou endereço; a porta vai em --port",
    en: "a name or an address alone; the port goes to --port"
  },
  placeholder: { pt: "endereço", en: "address" }
}

/** The name of a file. */
export const file: Kind<string> = {
  ...text,
  placeholder: { pt: "arquivo", en: "file" },
  completion: "file"
}

/** The name of a folder. */
export const folder: Kind<string> = {
  ...text,
  placeholder: { pt: "pasta", en: "folder" },
  completion: "folder"
}

/** 0 to 65,535. Not `Flag.Int`, which takes 70000 and does not say what it expects. */
export const port: Kind<number> = {
  parse: (text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
    return port <= 65_535 ? port : undefined
  },
  expected: { pt: "um número inteiro de 0 a 65535", en: "a whole number from 0 to 65535" },
  placeholder: { pt: "porta", en: "port" }
}

/** A whole number, 0 too. */
export const count: Kind<number> = {
  parse: (text) => {
    const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    return Number.isSafeInteger(count) ? count : undefined
  },
  expected: { pt: "um número inteiro, zero ou maior", en: "a whole number, zero or more" },
  placeholder: { pt: "número", en: "number" }
}

/** A whole number, at least 1. */
export const limit: Kind<number> = {
  parse: (text) => {
    const limit = count.parse(text)
    return limit === 0 ? undefined : limit
  },
  expected: { pt: "um número inteiro, um ou maior", en: "a whole number, one or more" },
  placeholder: count.placeholder
}

/** What a size without a unit, and one with a single letter as curl and pv take it, is as ByteSize reads it. */
const withUnit = (text: string): string =>
  /^\d+$/.test(text)
    ? `${text}B`
    : text.replace(
        /^(\d+(?:\.\d+)?)\s*([kmgt])$/i,
        (_, amount: string, letter: string) => `${amount}${letter.toUpperCase()}iB`
      )

/** A size in bytes: `64MiB`, `1.5GB`, `10M`, which is `10MiB`, or a number of bytes; 0 too. */
export const size: Kind<number> = {
  parse: (text) => {
    const size = ByteSize.fromString(withUnit(text))
    return Option.getOrUndefined(Option.flatMap(size, ByteSize.toNumber))
  },
  expected: { pt: "um tamanho como 64MiB ou 1GB, ou 0", en: "a size such as 64MiB or 1GB, or 0" },
  placeholder: { pt: "tamanho", en: "size" }
}

/** Bytes a second, written as a size; at least 1. */
export const rate: Kind<number> = {
  parse: (text) => {
    const rate = size.parse(text)
    return rate === undefined || rate < 1 ? undefined : rate
  },
  expected: {
    pt: "um tamanho como 500KiB, 10MiB ou 1GB",
    en: "a size such as 500KiB, 10MiB or 1GB"
  },
  placeholder: size.placeholder
}

const units: ReadonlyMap<string, (amount: number) => Duration.Duration> = new Map([
  ["ms", Duration.millis],
  ["s", Duration.seconds],
  ["m", Duration.minutes],
  ["h", Duration.hours]
])

/** A duration as people write it: `500ms`, `5s`, `1.5m`, `2h`; a number alone is seconds. Logged in seconds. */
export const duration: Kind<Duration.Duration> = {
  parse: (text) => {
    const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
    const make = units.get(unit)
    return amount === undefined || make === undefined ? undefined : make(Number(amount))
  },
  expected: {
    pt: "uma duração como 500ms, 5s, 1m ou 2h",
    en: "a duration such as 500ms, 5s, 1m or 2h"
  },
  placeholder: { pt: "duração", en: "duration" },
  toLog: Duration.toSeconds
}

/** A bound on waiting: a duration of more than zero. */
export const timeout: Kind<Duration.Duration> = {
  ...duration,
  parse: (text) => {
    const timeout = duration.parse(text)
    return timeout === undefined || Duration.isZero(timeout) ? undefined : timeout
  },
  expected: {
    pt: "uma duração maior que zero, como 500ms, 5s ou 1m",
    en: "a duration of more than zero, such as 500ms, 5s or 1m"
  }
}

/** An address, or a network whose address has no bits beyond its prefix: `10.0.0.1/8` may be either's mistake. */
const parseNetwork = (text: string) =>
  Result.orElse(IpNetwork.fromString(text), () =>
    Result.flatMap(NetAddress.ipFromString(text), (address) =>
      IpNetwork.fromAddress(address, NetAddress.width(address))
    )
  )

/** Networks as people write them: `127.0.0.1, 10.0.0.0/8, fd00::/8`. */
export const networks: Kind<ReadonlyArray<IpNetwork.IpNetwork>> = {
  parse: (text) =>
    Option.getOrUndefined(
      Result.getSuccess(Result.all(text.split(",").map((part) => parseNetwork(part.trim()))))
    ),
  expected: {
    pt: "endereços e redes separados por vírgulas, como 127.0.0.1,10.0.0.0/8",
    en: "addresses and networks with commas between them, such as 127.0.0.1,10.0.0.0/8"
  },
  placeholder: { pt: "redes", en: "networks" },
  toLog: (networks) => networks.join(",")
}

/** The URL of a service. */
export const endpoint: Kind<string> = {
  parse: (text) => (/^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
  expected: {
    pt: "uma URL como https://s3.exemplo.org",
    en: "a URL such as https://s3.example.org"
  },
  placeholder: inAll("url")
}

/** One of a few words. */
export const choice = <const A extends string>(choices: ReadonlyArray<A>): Kind<A> => ({
  parse: (text) => choices.find((choice) => choice === text),
  expected: inAll(choices.join(", ")),
  placeholder: inAll(choices.join("|")),
  completion: choices
})

/** On or off, as the environment says it; in both languages, for a server may run in either. */
export const onOff: Kind<boolean> = {
  parse: (text) => {
    if (/^(?:1|true|yes|y|on|sim|s)$/i.test(text)) return true
    return /^(?:0|false|no|n|off|não|nao)$/i.test(text) ? false : undefined
  },
  expected: { pt: "sim ou não", en: "yes or no" },
  placeholder: { pt: "sim|não", en: "yes|no" }
}
