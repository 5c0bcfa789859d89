/**
 * What a pattern of names means, to the server that lists what matches and to the client that holds the answer against
 * what it asked for: `*`, `**`, `?` and classes, with `/` between parts. Redis's patterns are RedisGlob's.
 */
import { Glob } from "effect"

/** Makes braces literal: alternatives in braces could multiply a pattern without bound. */
const escapeBraces = (pattern: string): string =>
  pattern.replace(/\\.|[{}]/gs, (found) => (found.length > 1 ? found : `\\${found}`))

/**
 * A pattern to match names with. Unless it may match `hidden` names freely, a part that begins with a dot is matched by
 * a dot of the pattern only, as in a shell.
 */
export const make = (pattern: string, hidden: boolean): Glob.Glob =>
  Glob.make(escapeBraces(pattern), { dot: hidden })
