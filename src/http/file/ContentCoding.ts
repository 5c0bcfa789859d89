/** Which compressed neighbours of a file a client takes (RFC 9110, 12.5.3). Nothing is compressed here. */
import { fieldKey, type HttpRequest } from "../../codec/http/HttpRequest.ts"
import { type FileName, fromText } from "../../domain/FileName.ts"
import { weightsOf } from "../Weights.ts"

/** A way to compress that the server finds beside a file. */
export interface Coding {
  /** As Content-Encoding names it (RFC 9110, 8.4.1; br: RFC 7932; zstd: RFC 8878). */
  readonly name: "br" | "zstd" | "gzip"
  /** What the neighbour's name has behind the file's. */
  readonly extension: string
}

/** The smallest first: so they are chosen where a client takes several alike. */
const codings: ReadonlyArray<Coding> = [
  { name: "br", extension: ".br" },
  { name: "zstd", extension: ".zst" },
  { name: "gzip", extension: ".gz" }
]

const acceptEncoding = fieldKey("Accept-Encoding")

const none: ReadonlyArray<Coding> = []
/** What browsers send is the same each time. */
let last: { readonly field: string; readonly accepted: ReadonlyArray<Coding> } | undefined

const parse = (field: string): ReadonlyArray<Coding> => {
  const weights = weightsOf(field)
  const weigh = ({ name }: Coding) =>
    weights.get(name)
    ?? (name === "gzip" ? weights.get("x-gzip") : undefined)
    ?? weights.get("*")
    ?? 0
  // The file as it is has a weight too, and is what is sent where it is wanted more (12.5.3).
  const plain = weights.get("identity") ?? 0
  return codings
    .filter((coding) => weigh(coding) > 0 && weigh(coding) >= plain)
    .toSorted((one, other) => weigh(other) - weigh(one))
}

/** The codings that a request takes, those that it wants most first. */
export const acceptedCodings = (request: HttpRequest): ReadonlyArray<Coding> => {
  const field = request.field(acceptEncoding)
  if (field === undefined) return none
  if (last?.field !== field) last = { field, accepted: parse(field) }
  return last.accepted
}

/** The name of a file's neighbour. */
export const neighbour = (name: FileName, { extension }: Coding): FileName | undefined =>
  fromText(name + extension)
