/**
 * The server's codec for RESP, the Redis serialization protocol, versions 2 and 3 (redis.io, protocol specification):
 * requests by RespDecoder, replies by RespEncoder. The client's half: RespClient and RespTokens.
 */
import type { Codec } from "../Codec.ts"
import { RepeatedRequest } from "./RepeatedRequest.ts"
import { makeRequestDecoder } from "./RespDecoder.ts"
import { makeReplyEncoder, makeRepeatedReplies } from "./RespEncoder.ts"

/** The protocol's name in the log, to which the version is added. */
export const respName = "resp"

/** The codec of one server, whose connections share the last short request decoded and the last short reply encoded. */
export const makeResp = (): Codec => {
  const requests = new RepeatedRequest()
  const replies = makeRepeatedReplies()
  return {
    name: respName,
    takesPassword: true,
    makeDecoder: () => makeRequestDecoder(requests),
    makeEncoder: () => makeReplyEncoder(replies)
  }
}
