/** The ids of a stream's entries in arguments, as Redis reads them (t_stream.c, streamGenericParseIDOrReply). */
import { Schema } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import { type ChangeId, formatId } from "../../domain/FileChange.ts"
import { BadArgument } from "../../domain/Errors.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"
import { integerFrom } from "../Argument.ts"

/** A place in a stream. */
export const StreamId = Schema.Struct({ epoch: integerFrom(0), sequence: integerFrom(0) })

/** An end of a range; `undefined` for `-` and `+`, which leave it open. */
export const Bound = Schema.UndefinedOr(
  Schema.Struct({ ...StreamId.fields, isExclusive: Schema.Boolean })
)
/** An end of a range. */
export type Bound = typeof Bound.Type

/** Redis's answer to what is no id. */
export const invalidId = new BadArgument({ text: sentence("invalidId") })

const largest = 2n ** 64n - 1n

/** Up to 2^64 - 1, of which what lies beyond 2^53 - 1 is no other place: no log begins or goes on so far. */
const readPart = (digits: string): number | undefined => {
  if (!/^[0-9]{1,20}$/.test(digits)) return undefined
  const value = BigInt(digits)
  return value > largest ? undefined : Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}

/** `<epoch>-<sequence>`, or `<epoch>` alone, whose sequence is then `incomplete`. */
export const readId = (arg: string, incomplete: number): ChangeId | undefined => {
  const dash = arg.indexOf("-")
  const epoch = readPart(dash === -1 ? arg : arg.slice(0, dash))
  const sequence = dash === -1 ? incomplete : readPart(arg.slice(dash + 1))
  return epoch === undefined || sequence === undefined ? undefined : { epoch, sequence }
}

/** One end of a range, of which `open` is the sign that leaves it open; `(` in front of an id leaves that one out. */
export const readBound = (arg: ByteString.ByteString, open: "-" | "+"): Bound | BadArgument => {
  if (arg === open) return undefined
  const isExclusive = arg.startsWith("(")
  const id = readId(isExclusive ? arg.slice(1) : arg, open === "-" ? 0 : Number.MAX_SAFE_INTEGER)
  return id === undefined ? invalidId : { ...id, isExclusive }
}

/** A bound as it is written. */
export const printBound = (bound: Bound, open: "-" | "+"): ByteString.ByteString =>
  ByteString.unsafe(
    bound === undefined ? open : `${bound.isExclusive ? "(" : ""}${formatId(bound)}`
  )
