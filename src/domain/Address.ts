/** A host and a port: how they are written, and whether they are of this machine only. Opens no socket. */

/** Where a server listens or a client connects. */
export interface Address {
  readonly host: string
  /** 0 to 65,535; to listen on 0 takes any free port. */
  readonly port: number
}

/** An address as people write it: `127.0.0.1:65432`, `[::1]:65432`. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

/** Whether an IP address is a loopback one, which only programs of this machine can use (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export const isLoopback = (host: string): boolean => /^(?:(?:::ffff:)?127\.|::1$)/i.test(host)
