/** RESP, the Redis serialization protocol, as the server speaks it: versions 2 and 3 (redis.io, protocol specification). */
import type { Codec } from "../Codec.ts"
import { makeRequestDecoder } from "./RespDecoder.ts"
import { makeReplyEncoder, makeShortReplies } from "./RespEncoder.ts"

/** What logs call it, before the version. */
export const respName = "resp"

/** RESP, as one server speaks it: its connections share what was encoded last. */
export const makeResp = (): Codec => {
  const shortReplies = makeShortReplies()
  return {
    name: respName,
    takesPassword: true,
    makeDecoder: makeRequestDecoder,
    makeEncoder: () => makeReplyEncoder(shortReplies)
  }
}
