/** Reads an answer of S3 that is used only once it is complete: within a length and a time, for whoever sends it may not end it. */
import { Duration } from "effect"
import type { Readable } from "node:stream"
import { S3Failure } from "../Bucket.ts"

/** The longest list: 1,000 keys of 1,024 bytes, of which url encoding makes three times as many, with what is listed of each. */
export const longestList = 4 * 1024 * 1024

/** The longest error that is read; S3's are shorter than 1 KiB. */
export const longestError = 64 * 1024

/** As long as a question waits at most (S3Retry): a body may be sent byte by byte, and never be silent for long. */
const longestTime = Duration.toMillis(Duration.seconds(10))

/** An error is one of any length, of which nothing but its status is then known; a list that is too long is none. */
const tooLong = (status: number, limit: number): S3Failure => {
  const reason = `answered with status ${status} and more than ${limit} bytes`
  return status < 300
    ? S3Failure.wrongAnswer(reason)
    : new S3Failure({ status, code: "Unknown", cause: new Error(reason) })
}

/**
 * All bytes of the body of an answer with this status. Throws S3Failure, and reads no more, where it has more than
 * `limit` bytes or is not complete after `patience` milliseconds; else what the body fails with.
 */
export const readWhole = async (
  body: Readable,
  status: number,
  limit: number,
  patience: number = longestTime
): Promise<Buffer> => {
  const late = AbortSignal.timeout(patience)
  const giveUp = () => {
    const cause = new Error("the answer was not complete in time")
    body.destroy(new S3Failure({ status: undefined, code: "ETIMEDOUT", cause }))
  }
  late.addEventListener("abort", giveUp)
  const chunks: Array<Uint8Array> = []
  let length = 0
  try {
    // What is thrown here destroys the body.
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > limit) throw tooLong(status, limit)
      chunks.push(chunk)
    }
  } finally {
    late.removeEventListener("abort", giveUp)
  }
  return Buffer.concat(chunks)
}
