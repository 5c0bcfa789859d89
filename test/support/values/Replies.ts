/** Replies that never end, as the client takes them. */
import { makeReplyBuilder } from "../../../src/codec/resp/RespClient.ts"
import { makeTokenDecoder, MalformedReply } from "../../../src/codec/resp/RespTokens.ts"
import { latin1 } from "./Bytes.ts"

/** What a network gives at a time, in bytes. */
export const chunk = 16 * 1024

/** Whether the reply is found malformed before more than `most` bytes of it were read. */
export const isStopped = (start: string, endless: string, most: number): boolean => {
  const decoder = makeTokenDecoder()
  const builder = makeReplyBuilder()
  const bytes = latin1(endless.repeat(Math.ceil(chunk / endless.length)))
  const isMalformed = (bytes: Uint8Array): boolean =>
    decoder
      .push(bytes)
      .some(
        (token) => token instanceof MalformedReply || builder.push(token) instanceof MalformedReply
      )
  if (isMalformed(latin1(start))) return true
  for (let fed = 0; fed <= most; fed += bytes.length) if (isMalformed(bytes)) return true
  return false
}
