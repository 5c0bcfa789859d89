/** SHA-256 of bytes that are given one piece after another, by Node's OpenSSL. */
import { createHash } from "node:crypto"
import type { Hash } from "../files/Hashing.ts"

/** Starts a SHA-256. */
export const createSha256 = (): Hash => {
  const hash = createHash("sha256")
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") }
}
