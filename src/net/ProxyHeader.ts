/**
 * The PROXY protocol's header, versions 1 and 2, with which a proxy says for whom it connects (haproxy.org,
 * doc/proxy-protocol.txt). Pure: bytes in, a header out. Who may be believed is not known here.
 */
import { Data, Result } from "effect"
import { NetAddress } from "effect/net"

/** An address as a socket tells it: an IP address without brackets, and a port. */
export interface Source {
  readonly host: string
  readonly port: number
}

/** A whole header. */
export interface ProxyHeader {
  /** How many bytes it takes; what follows is the conversation. */
  readonly size: number
  /** For whom the proxy connects; `undefined` where it does so for itself, as for a health check, or does not know. */
  readonly source: Source | undefined
}

/** What came is not a header, or not a whole one where it has to be. */
export class BadProxyHeader extends Data.TaggedError("BadProxyHeader")<{
  readonly reason: string
}> {}

/** The longest header that is read, in bytes. The addresses take 232; the rest is for the additions of version 2. */
export const longestHeader = 4096

/** The longest line of version 1, its end included (2.1). */
const longestLine = 107

const bad = (reason: string) => new BadProxyHeader({ reason })

const notAHeader = bad("not a PROXY header")

/** How each version begins (2.1 and 2.2); no more than one can be meant. */
const lineSignature = Buffer.from("PROXY ", "latin1")
const binarySignature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1")

/** Version 2: the signature, version and command, family and protocol, and how many bytes follow. */
const fixedSize = 16

/** An IPv4 address that is written as an IPv6 one is the IPv4 address, as for limits and logs it has to be. */
const hostOf = (address: NetAddress.IpAddress): string =>
  NetAddress.formatIp(NetAddress.toCanonical(address))

const readPort = (digits: string): number | undefined => {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(digits) ? Number(digits) : Number.NaN
  return port <= 65_535 ? port : undefined
}

const readers = new Map<string, (text: string) => Result.Result<NetAddress.IpAddress, unknown>>([
  ["TCP4", NetAddress.ipv4FromString],
  ["TCP6", NetAddress.ipv6FromString]
])

/** `PROXY TCP4 from to fromPort toPort`; of a line with UNKNOWN the rest says nothing (2.1). */
const readLine = (line: string): Source | BadProxyHeader | undefined => {
  const [, family = "", ...words] = line.split(" ")
  if (family === "UNKNOWN") return undefined
  const read = readers.get(family)
  const [from = "", to = "", fromPort = "", toPort = ""] = words
  if (read === undefined || words.length !== 4) return notAHeader
  const port = readPort(fromPort)
  const address = read(from)
  if (Result.isFailure(address) || Result.isFailure(read(to))) return bad("not an address")
  if (port === undefined || readPort(toPort) === undefined) return bad("not a port")
  return { host: hostOf(address.success), port }
}

const parseLine = (bytes: Buffer): ProxyHeader | BadProxyHeader | undefined => {
  const end = bytes.indexOf("\r\n", 0, "latin1")
  if (end + 2 > longestLine || (end === -1 && bytes.length >= longestLine)) {
    return bad("the header is too long")
  }
  if (end === -1) return undefined
  const source = readLine(bytes.toString("latin1", 0, end))
  return source instanceof BadProxyHeader ? source : { size: end + 2, source }
}

/** How the families of IP write an address; two addresses come first, then two ports (2.2). */
const families = new Map<
  number,
  { readonly size: number; readonly read: (bytes: Uint8Array) => NetAddress.IpAddress }
>([
  [1, { size: 4, read: NetAddress.ipv4FromBytesUnsafe }],
  [2, { size: 16, read: NetAddress.ipv6FromBytesUnsafe }]
])

const readAddress = (family: number, body: Buffer): Source | BadProxyHeader | undefined => {
  const written = families.get(family)
  // Unspecified, or a Unix socket: neither is an address that anything here could be counted by.
  if (written === undefined) return undefined
  const { read, size } = written
  if (body.length < 2 * size + 4) return bad("the header is too short for its addresses")
  return { host: hostOf(read(body.subarray(0, size))), port: body.readUInt16BE(2 * size) }
}

const parseBinary = (bytes: Buffer): ProxyHeader | BadProxyHeader | undefined => {
  const [versionAndCommand = 0x20, familyAndProtocol = 0] = bytes.subarray(12, 14)
  const command = versionAndCommand & 0x0f
  const family = familyAndProtocol >> 4
  if (versionAndCommand >> 4 !== 2 || command > 1) return bad("an unknown version or command")
  if (family > 3 || (familyAndProtocol & 0x0f) > 2) return bad("an unknown family or protocol")
  if (bytes.length < fixedSize) return undefined
  const size = fixedSize + bytes.readUInt16BE(14)
  if (size > longestHeader) return bad("the header is too long")
  if (bytes.length < size) return undefined
  // LOCAL: the proxy speaks for itself, whatever stands there (2.2).
  if (command === 0) return { size, source: undefined }
  const source = readAddress(family, bytes.subarray(fixedSize, size))
  return source instanceof BadProxyHeader ? source : { size, source }
}

const parsers = [
  { signature: lineSignature, parse: parseLine },
  { signature: binarySignature, parse: parseBinary }
]

/**
 * The header that the bytes begin with; `undefined` while it is not complete. What cannot become one is told as soon
 * as that is certain.
 */
export const parseProxyHeader = (bytes: Buffer): ProxyHeader | BadProxyHeader | undefined => {
  for (const { parse, signature } of parsers) {
    const compared = Math.min(bytes.length, signature.length)
    if (bytes.compare(signature, 0, compared, 0, compared) !== 0) continue
    return compared < signature.length ? undefined : parse(bytes)
  }
  return notAHeader
}
