/** What the program uses of `node:tls`, and Effect for it. The bundle has this in its place; see crypto.ts for why. */
import type * as Tls from "node:tls"
import { lazy } from "./Lazy.ts"

const tls = (): typeof Tls => process.getBuiltinModule("node:tls")

export const checkServerIdentity = lazy(() => tls().checkServerIdentity)
export const connect = lazy(() => tls().connect)
export const createSecureContext = lazy(() => tls().createSecureContext)
export const createServer = lazy(() => tls().createServer)
export const TLSSocket = lazy(() => tls().TLSSocket)
