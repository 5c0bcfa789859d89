/** The lines that `app serve` prints when it listens: what it serves, where, its page, and a command that asks it. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os"
import { type Address, formatAddress } from "../../domain/Address.ts"
import * as Common from "../flags/Common.ts"
import type { Messages } from "../Messages.ts"
import { printError } from "../Output.ts"

/** How a person calls this program: npm and npx set this variable, and under them `app` is not in the PATH. */
const program = (): string => (process.env["npm_lifecycle_event"] === undefined ? "app" : "npx app")

/** A command that asks a server, with flags where the address differs from the client's defaults. */
const clientCommandLine = ({ host, port }: Address, isEncrypted: boolean): string =>
  [
    program(),
    "client",
    ...(isEncrypted ? ["--tls"] : []),
    ...(host === Common.host.default ? [] : [`--host ${host}`]),
    ...(String(port) === Common.port.default ? [] : [`--port ${port}`]),
    "--cmd listar_arquivos"
  ].join(" ")

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

/** Prints them: a line, and a second one where other machines can reach the server. */
export const announcing =
  (
    name: string,
    { hasPage, isEncrypted }: { readonly hasPage: boolean; readonly isEncrypted: boolean },
    { reachable, serving }: Messages
  ) =>
  (address: Address) => {
    const { host, port } = address
    const local = wildcards.has(host) ? { host: Common.host.default, port } : address
    const page = `${isEncrypted ? "https" : "http"}://${formatAddress(local)}/`
    const line = serving(
      formatAddress(address),
      name,
      hasPage ? page : undefined,
      clientCommandLine(local, isEncrypted)
    )
    const others = reachableHosts(
      host,
      Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    ).map((host) => ({ host, port }))
    const [first] = others
    return printError(
      first === undefined
        ? line
        : `${line}\n${reachable(others.map(formatAddress), clientCommandLine(first, isEncrypted))}`
    )
  }
