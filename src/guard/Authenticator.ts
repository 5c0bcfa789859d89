/** The passwords that open a server. There is one user, Redis's `default`; any of the passwords will do, so that one can be changed for another without a moment in which neither works. */
import { Redacted } from "effect"
import * as ByteString from "../domain/ByteString.ts"

/** Who may ask. */
export interface Authenticator {
  /** Whether there is a password at all. */
  readonly required: boolean
  /** Whether the user, `default` where none is named, may come in with this password; everybody may where none is required. */
  readonly accept: (
    user: ByteString.ByteString | undefined,
    password: ByteString.ByteString
  ) => boolean
}

/** ObjectCache at every byte that was given, whether or not one differed before, so that time tells nothing of `secret`. */
const isEqual = (secret: ByteString.ByteString, given: ByteString.ByteString): boolean => {
  let difference = secret.length ^ given.length
  for (let index = 0; index < given.length; index++) {
    difference |= given.charCodeAt(index) ^ secret.charCodeAt(index % (secret.length || 1))
  }
  return difference === 0
}

/** The server's passwords as `current` has them at each question; none leaves it open. */
export const makeAuthenticator = (
  current: () => ReadonlyArray<Redacted.Redacted>
): Authenticator => ({
  get required() {
    return current().length > 0
  },
  accept: (user, password) => {
    // Every password is compared, whichever is the right one.
    const equal = current().map((secret) =>
      isEqual(ByteString.fromText(Redacted.value(secret)), password)
    )
    return (
      (user === undefined || user === "default") && (equal.length === 0 || equal.includes(true))
    )
  }
})
