/**
 * Parses the header of the PROXY protocol, versions 1 and 2, in which a proxy tells its client's address (haproxy.org,
 * doc/proxy-protocol.txt). Pure: bytes in, a header out. Which proxies are believed: TrustedProxies.
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
  /** Its length in bytes; what follows is the client's. */
  readonly size: number
  /** The proxy's client; `undefined` where the proxy connects for itself, as for a health check, or does not know it. */
  readonly source: Source | undefined
}

/** The connection does not begin with a whole, valid header; `reason` is a few English words for the log. */
export class BadProxyHeader extends Data.TaggedError("BadProxyHeader")<{
  readonly reason: string
}> {}

/** The longest header that is read, in bytes. The addresses take 232; the rest is for the additions of version 2. */
export const longestHeader = 4096

/** The longest line of version 1, its end included (2.1). */
const longestLine = 107

const bad = (reason: string) => new BadProxyHeader({ reason })

const notAHeader = bad("not a PROXY header")

/** How each version begins (2.1 and 2.2); neither is a prefix of the other. */
const lineSignature = Buffer.from("PROXY ", "latin1")
const binarySignature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1")

/** Version 2: the signature, version and command, family and protocol, and how many bytes follow. */
const fixedSize = 16

/** The address as text. An IPv4-mapped IPv6 address becomes the IPv4 address, so that limits and logs see one client. */
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

/** `PROXY TCP4 from to fromPort toPort`; after UNKNOWN the rest is ignored (2.1). */
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

/** The size and the reader of an address of each family; two addresses come first, then two ports (2.2). */
const families = new Map<
  number,
  { readonly size: number; readonly read: (bytes: Uint8Array) => NetAddress.IpAddress }
>([
  [1, { size: 4, read: NetAddress.ipv4FromBytesUnsafe }],
  [2, { size: 16, read: NetAddress.ipv6FromBytesUnsafe }]
])

const readAddress = (family: number, body: Buffer): Source | BadProxyHeader | undefined => {
  const written = families.get(family)
  // Unspecified, or a Unix socket: neither has an IP address that limits could count by.
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
  // LOCAL: the proxy connects for itself, and the addresses are ignored (2.2).
  if (command === 0) return { size, source: undefined }
  const source = readAddress(family, bytes.subarray(fixedSize, size))
  return source instanceof BadProxyHeader ? source : { size, source }
}

const parsers = [
  { signature: lineSignature, parse: parseLine },
  { signature: binarySignature, parse: parseBinary }
]

/**
 * The header that the bytes begin with; `undefined` while it is not complete, BadProxyHeader as soon as it cannot become
 * one.
 */
export const parseProxyHeader = (bytes: Buffer): ProxyHeader | BadProxyHeader | undefined => {
  for (const { parse, signature } of parsers) {
    const compared = Math.min(bytes.length, signature.length)
    if (bytes.compare(signature, 0, compared, 0, compared) !== 0) continue
    return compared < signature.length ? undefined : parse(bytes)
  }
  return notAHeader
}
