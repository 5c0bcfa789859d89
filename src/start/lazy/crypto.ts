/**
 * What the program uses of `node:crypto`, and Effect for it. Loading the module, with or before `node:tls`, takes 10 ms;
 * a question and its answer need neither. The bundle has this in its place.
 */
import type * as Crypto from "node:crypto"
import { lazy } from "./Lazy.ts"

const crypto = (): typeof Crypto => process.getBuiltinModule("node:crypto")

export const createHash = lazy(() => crypto().createHash)
export const createPrivateKey = lazy(() => crypto().createPrivateKey)
export const hash = lazy(() => crypto().hash)
export const randomBytes = lazy(() => crypto().randomBytes)
export const X509Certificate = lazy(() => crypto().X509Certificate)
