/** Where a server listens: a host and a port. Knows no socket. */

/** Where to listen, or to connect to. */
export interface Address {
  readonly host: string
  /** 0 to 65,535; to listen on 0 takes any free port. */
  readonly port: number
}

/** An address as people write it: `127.0.0.1:65432`, `[::1]:65432`. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
