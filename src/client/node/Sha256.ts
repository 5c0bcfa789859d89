/** SHA-256 of bytes that pass by, as Node computes it. */
import { createHash } from "node:crypto"
import type { PassingDigest } from "../files/Hashing.ts"

/** Begins one. */
export const passing = (): PassingDigest => {
  const hash = createHash("sha256")
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") }
}
