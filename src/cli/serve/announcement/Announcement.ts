/** The lines that `app serve` prints when it listens: what it serves, where, its page, and a command that asks it. */
import { Effect, Stdio } from "effect"
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os"
import { basename } from "node:path"
import { type Address, formatAddress, isLoopback } from "../../../domain/Address.ts"
import { escape } from "../../Escape.ts"
import * as Common from "../../flags/Common.ts"
import * as Kind from "../../flags/Kind.ts"
import type { Messages } from "../../Messages.ts"
import { printError } from "../../Output.ts"
import { clientLine, type Terms } from "./ClientLine.ts"
import * as Presented from "./Presented.ts"

/** What is announced, beside the address. */
export interface Announced {
  /** What is shared, as people are told it. */
  readonly name: string
  /** Which protocols are spoken. */
  readonly http: "on" | "off" | "only"
  /** Names that HTTP answers to, beside the usual ones. */
  readonly httpHosts: ReadonlyArray<string>
  /** The file of the server's certificate; `undefined` without TLS. */
  readonly certificate: string | undefined
  readonly asksForCertificate: boolean
  readonly passwordFile: string | undefined
  /** Whether the page's address is drawn as a QR code. */
  readonly qr: boolean
}

/** The host that stands for every address of the machine, of IPv4 only or of both (libuv listens on both at `::`). */
const wildcards: ReadonlyMap<string, ReadonlyArray<NetworkInterfaceInfo["family"]>> = new Map([
  ["0.0.0.0", ["IPv4"]],
  ["::", ["IPv4", "IPv6"]]
])

/**
 * The addresses at which other machines reach a server that listens on this host; none unless it listens on all.
 * Link-local IPv6 addresses are left out: they need the name of an interface of the other machine (RFC 4007, 11).
 */
export const reachableHosts = (
  host: string,
  interfaces: ReadonlyArray<NetworkInterfaceInfo>
): ReadonlyArray<string> => {
  const families = wildcards.get(host) ?? []
  return interfaces
    .filter(
      ({ address, family, internal }) =>
        !internal && families.includes(family) && !/^fe[89ab]/i.test(address)
    )
    .map(({ address }) => address)
}

/** The page at the first of these hosts that the certificate is for; at the first where it is for none. */
const pageAt = (
  hosts: readonly [string, ...ReadonlyArray<string>],
  port: number,
  presented: Terms["presented"]
): string => {
  const host = (presented && hosts.find((each) => Presented.isFor(presented, each))) ?? hosts[0]
  return `${presented === undefined ? "http" : "https"}://${formatAddress({ host, port })}/`
}

/**
 * Draws the address of the page with half blocks, light where a block is; on a terminal in colours of its own, for a code
 * may be dark on light only (ISO/IEC 18004). The library is loaded only here.
 */
const draw = Effect.fnUntraced(function* (url: string) {
  const { renderUnicodeCompact } = yield* Effect.promise(() => import("uqr"))
  const stdio = yield* Stdio.Stdio
  const code = renderUnicodeCompact(url, { border: 2 })
  return (yield* stdio.stderrIsTerminal) && process.env["TERM"] !== "dumb"
    ? code.replaceAll(/^.+$/gm, "\u001b[97;40m$&\u001b[0m")
    : code
})

/** Prints the lines: one, another where other machines can reach the server, and the page's QR code where it is wanted. */
export const announcing = (announced: Announced, messages: Messages) =>
  Effect.fnUntraced(function* (address: Address) {
    const { asksForCertificate, certificate, http, httpHosts, name, passwordFile, qr } = announced
    const { announcement, language } = messages
    const { listening, qrCode, reachable } = announcement
    const { host, port } = address
    const presented =
      certificate === undefined
        ? undefined
        : ((yield* Presented.read(certificate)) ?? (null satisfies Terms["presented"]))
    // Looked for once, and only where a client is told of it: among some 150 authorities, 30 ms.
    const authority =
      http !== "only" && presented && !Presented.isWellKnown(presented) ? presented.file : undefined
    const terms: Terms = { presented, authority, asksForCertificate, passwordFile }
    const placeholder = Kind.file.placeholder[language].toUpperCase()
    const ask = (address: Address, isHere: boolean) =>
      http === "only" ? undefined : clientLine(address, terms, { isHere, placeholder })

    const local = wildcards.has(host) ? { host: Common.host.default, port } : address
    const isLocal = isLoopback(local.host)
    const localNames = [...(isLocal ? ["localhost"] : []), ...httpHosts]
    const page = pageAt([local.host, ...localNames], port, presented)
    const lines = [
      listening(formatAddress(address), name, http === "off" ? undefined : page, ask(local, true))
    ]

    const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    const others = reachableHosts(host, interfaces).map((host) => ({ host, port }))
    const [first] = others
    if (first !== undefined) {
      const copy = authority === undefined ? undefined : escape(basename(authority))
      lines.push(reachable(others.map(formatAddress), ask(first, false), copy))
    }
    if (qr) {
      const url = first === undefined ? page : pageAt([first.host, ...httpHosts], port, presented)
      lines.push(yield* draw(url), qrCode(url, first === undefined && isLocal))
    }
    yield* printError(lines.join("\n"))
  })
