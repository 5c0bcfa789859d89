/** Decoders used as the server uses them. */
import { fromBytes } from "../../../src/domain/ByteString.ts"
import type { Decoder, Request } from "../../../src/codec/Codec.ts"

/** All that these bytes complete, wherever the decoder stops. */
export const requestsIn = (
  decoder: Decoder,
  bytes: Uint8Array,
  isAuthenticated?: boolean
): ReadonlyArray<Request> => {
  const requests = [...decoder.push(fromBytes(bytes), isAuthenticated)]
  while (decoder.hasMore()) requests.push(...decoder.more(isAuthenticated))
  return requests
}
