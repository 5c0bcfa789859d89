/** Decoders used as the server uses them. */
import type { Decoder, Request } from "../../../src/codec/Codec.ts"

/** All that these bytes complete, wherever the decoder stops. */
export const requestsIn = (
  decoder: Decoder,
  bytes: Uint8Array,
  trusted?: boolean
): ReadonlyArray<Request> => {
  const requests = [...decoder.push(bytes, trusted)]
  while (decoder.hasMore()) requests.push(...decoder.more(trusted))
  return requests
}
