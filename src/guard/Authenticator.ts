/**
 * Checks passwords. There is one user, Redis's `default`, with any number of passwords, each of which is accepted: so a
 * password can be replaced without a moment in which neither works.
 */
import { Redacted } from "effect"
import * as ByteString from "../domain/ByteString.ts"

/** The passwords of a server. */
export interface Authenticator {
  /** Whether there is a password. */
  readonly required: boolean
  /** Whether the password is the user's, `default` if none is named; always true for that user where none is required. */
  readonly accept: (
    user: ByteString.ByteString | undefined,
    password: ByteString.ByteString
  ) => boolean
}

/** Compares every byte of `given`, whether or not one differed before, so that the time taken tells nothing of `secret`. */
const isEqual = (secret: ByteString.ByteString, given: ByteString.ByteString): boolean => {
  let difference = secret.length ^ given.length
  for (let index = 0; index < given.length; index++) {
    difference |= given.charCodeAt(index) ^ secret.charCodeAt(index % (secret.length || 1))
  }
  return difference === 0
}

/** Checks against the passwords that `current` returns at each call; an empty list means that none is required. */
export const makeAuthenticator = (
  current: () => ReadonlyArray<Redacted.Redacted>
): Authenticator => ({
  get required() {
    return current().length > 0
  },
  accept: (user, password) => {
    // Every password is compared, also after an equal one, for the same reason.
    const equal = current().map((secret) =>
      isEqual(ByteString.fromText(Redacted.value(secret)), password)
    )
    return (
      (user === undefined || user === "default") && (equal.length === 0 || equal.includes(true))
    )
  }
})
