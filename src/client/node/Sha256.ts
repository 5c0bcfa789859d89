/** SHA-256 of bytes that are given one piece after another, by Node's OpenSSL. */
import { createHash, hash } from "node:crypto"
import type { Hash } from "../files/Hashing.ts"

/** Starts a SHA-256. */
export const createSha256 = (): Hash => {
  const hash = createHash("sha256")
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") }
}

/** The SHA-256 of bytes in parts: of one part, as most small files are, without making a hash for it, half of the time. */
export const sha256Of = (parts: ReadonlyArray<Uint8Array>): string => {
  const [first, ...others] = parts
  if (first !== undefined && others.length === 0) return hash("sha256", first)
  const all = createSha256()
  for (const part of parts) all.update(part)
  return all.digest()
}
