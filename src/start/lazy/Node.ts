/**
 * Stand-ins for the modules of Node that a one-shot question does not use, but the bundle imports. Loading `node:crypto`,
 * with or before `node:tls`, takes 10 ms, and the others 2 ms together. In the bundle this file replaces them
 * (rolldown.config.ts).
 */
import { lazy } from "./Lazy.ts"

const { getBuiltinModule } = process

const childProcess = () => getBuiltinModule("node:child_process")
const crypto = () => getBuiltinModule("node:crypto")
const fs = () => getBuiltinModule("node:fs/promises")
const os = () => getBuiltinModule("node:os")
const readline = () => getBuiltinModule("node:readline")
const threads = () => getBuiltinModule("node:worker_threads")
const tls = () => getBuiltinModule("node:tls")
const v8 = () => getBuiltinModule("node:v8")
const zlib = () => getBuiltinModule("node:zlib")

export const execFile = lazy(() => childProcess().execFile)
export const spawn = lazy(() => childProcess().spawn)

export const createHash = lazy(() => crypto().createHash)
export const createPrivateKey = lazy(() => crypto().createPrivateKey)
export const hash = lazy(() => crypto().hash)
export const randomBytes = lazy(() => crypto().randomBytes)
export const X509Certificate = lazy(() => crypto().X509Certificate)

export const lstat = lazy(() => fs().lstat)
export const open = lazy(() => fs().open)
export const opendir = lazy(() => fs().opendir)
export const readdir = lazy(() => fs().readdir)
export const realpath = lazy(() => fs().realpath)
export const rename = lazy(() => fs().rename)
export const stat = lazy(() => fs().stat)
export const unlink = lazy(() => fs().unlink)

export const availableParallelism = lazy(() => os().availableParallelism)
export const hostname = lazy(() => os().hostname)
export const networkInterfaces = lazy(() => os().networkInterfaces)
export const tmpdir = lazy(() => os().tmpdir)

export const createInterface = lazy(() => readline().createInterface)
export const emitKeypressEvents = lazy(() => readline().emitKeypressEvents)

export const Worker = lazy(() => threads().Worker)

export const checkServerIdentity = lazy(() => tls().checkServerIdentity)
export const connect = lazy(() => tls().connect)
export const createSecureContext = lazy(() => tls().createSecureContext)
export const createServer = lazy(() => tls().createServer)
export const TLSSocket = lazy(() => tls().TLSSocket)

export const setFlagsFromString = lazy(() => v8().setFlagsFromString)

export const deflateRawSync = lazy(() => zlib().deflateRawSync)
export const inflateRawSync = lazy(() => zlib().inflateRawSync)
