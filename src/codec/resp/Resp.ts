/** RESP, the Redis serialization protocol, as the server speaks it: versions 2 and 3 (redis.io, protocol specification). */
import type { Codec } from "../Codec.ts"
import { makeRequestDecoder } from "./RespDecoder.ts"
import { makeReplyEncoder } from "./RespEncoder.ts"

/** RESP. */
export const resp: Codec = {
  name: "resp",
  takesPassword: true,
  makeDecoder: makeRequestDecoder,
  makeEncoder: makeReplyEncoder
}
