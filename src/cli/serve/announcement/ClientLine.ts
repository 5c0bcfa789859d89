/** A command that asks a server, as it can be pasted into a shell. */
import { basename, resolve } from "node:path"
import type { Address } from "../../../domain/Address.ts"
import { escape } from "../../Escape.ts"
import * as Common from "../../flags/Common.ts"
import * as Presented from "./Presented.ts"

/** What a server wants of its clients, and they of it. */
export interface Terms {
  /** Its certificate; `null` where it has one that could not be read again, `undefined` where it speaks no TLS. */
  readonly presented: Presented.Presented | null | undefined
  /** The file that a client has to trust; `undefined` where every client trusts the server's certificate. */
  readonly authority: string | undefined
  /** Whether it wants a certificate of the client. */
  readonly asksForCertificate: boolean
  /** The file with its passwords, if they are in one. */
  readonly passwordFile: string | undefined
}

/** How a person calls this program: npm and npx set this variable, and under them `app` is not in the PATH. */
const program = (): string => (process.env["npm_lifecycle_event"] === undefined ? "app" : "npx app")

/** The word as a shell takes it. */
const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${escape(word).replaceAll("'", String.raw`'\''`)}'`

/**
 * The command, with flags where the address, or what the server is told by, differs from the client's defaults.
 * `isHere`: for this machine, where the server's files are; for another one a file's name stands for a copy of it.
 * `placeholder` stands for a file that only the client has.
 */
export const clientLine = (
  { host, port }: Address,
  terms: Terms,
  { isHere, placeholder }: { readonly isHere: boolean; readonly placeholder: string }
): string => {
  const { asksForCertificate, authority, passwordFile, presented } = terms
  const pathOf = (file: string): string => quote(isHere ? resolve(file) : basename(file))
  const servername =
    presented && !Presented.isFor(presented, host) ? Presented.nameOf(presented) : undefined
  return [
    program(),
    "client",
    ...(presented === undefined ? [] : ["--tls"]),
    ...(authority === undefined ? [] : [`--ca ${pathOf(authority)}`]),
    ...(servername === undefined ? [] : [`--servername ${servername}`]),
    ...(asksForCertificate ? [`--cert ${placeholder} --key ${placeholder}`] : []),
    ...(passwordFile === undefined || !isHere ? [] : [`--password-file ${pathOf(passwordFile)}`]),
    ...(host === Common.host.default ? [] : [`--host ${host}`]),
    ...(String(port) === Common.port.default ? [] : [`--port ${port}`]),
    "--cmd listar_arquivos"
  ].join(" ")
}
