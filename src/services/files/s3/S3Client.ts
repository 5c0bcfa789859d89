/**
 * One bucket of an S3-compatible store: each method of Bucket is one request, sent once, its answer held against it.
 * What is done when a request fails is S3Retry's affair, and what objects mean is not known here. Objects are read with
 * node:http by way of the SDK, whose bodies are Node's streams.
 */
import { Effect, Result, type Scope } from "effect"
import { Readable } from "node:stream"
import type { Bucket, KeySelection, Range, Version } from "./Bucket.ts"
import { checkFolder, checkGet, checkHead, checkList } from "./S3Answers.ts"
import * as SdkClient from "./SdkClient.ts"

/** Which bucket, and where it is. */
export interface Options extends SdkClient.Options {
  readonly bucket: string
}

/** The hexadecimal digits of a stored checksum; of one over parts (`…-3`), which says nothing of the whole, nothing. */
const wholeChecksum = (stored: string | undefined): string | undefined =>
  stored !== undefined && /^[A-Za-z0-9+/]{43}=$/.test(stored)
    ? Buffer.from(stored, "base64").toString("hex")
    : undefined

/** Gives `take` the first `length` bytes of an answer that has `size` in all, and lets go of the rest. */
const takeFrom = (
  body: Readable,
  length: number,
  size: number | undefined,
  take: (chunk: Uint8Array) => void
): Promise<void> =>
  new Promise((resolve, reject) => {
    let left = length
    // Listening for the bytes takes half the time of asking for each of them (for await).
    body
      .on("data", (chunk: Uint8Array) => {
        const wanted = chunk.subarray(0, left)
        left -= wanted.length
        if (wanted.length > 0) take(wanted)
        // One that ends here is read to its end: its connection is used again.
        if (left > 0 || size === length) return
        body.destroy()
        resolve()
      })
      .on("end", resolve)
      .on("error", reject)
  })

/** A client of the bucket until the scope closes. No request is sent for it. */
export const makeBucket = Effect.fnUntraced(function* ({
  bucket: Bucket,
  ...options
}: Options): Effect.fn.Return<Bucket, never, Scope.Scope> {
  const { client, request, sdk } = yield* SdkClient.makeSdkClient(options)

  const get = (key: string, range: Range, take: (chunk: Uint8Array) => void) => {
    const { ifNoneMatch, isLikelyAll = false, length, start, version } = range
    let status: number | undefined
    const read = async () => {
      const command = new sdk.GetObjectCommand({
        Bucket,
        Key: key,
        ...(isLikelyAll ? {} : { Range: `bytes=${start}-${start + length - 1}` }),
        ...(version === undefined ? {} : { IfMatch: version.etag }),
        ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch })
      })
      const { Body: body, ...headers } = await client.send(command)
      status = headers.$metadata.httpStatusCode
      if (!(body instanceof Readable)) throw new Error("the answer has no body")
      const details = checkGet(status, headers, range)
      if (Result.isFailure(details)) {
        body.destroy()
        throw details.failure
      }
      await takeFrom(body, length, headers.ContentLength, take)
      return details.success
    }
    return request(read, { status: () => status })
  }

  const head = (key: string, version?: Version) =>
    request(() => {
      const command = new sdk.HeadObjectCommand({
        Bucket,
        Key: key,
        ...(version === undefined ? {} : { IfMatch: version.etag, ChecksumMode: "ENABLED" })
      })
      return client.send(command)
    })

  const list = ({ after, limit, prefix }: KeySelection, delimiter?: "/") =>
    request(
      () => {
        const command = new sdk.ListObjectsV2Command({
          Bucket,
          Prefix: prefix,
          MaxKeys: limit,
          EncodingType: "url",
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(after === undefined ? {} : { StartAfter: after })
        })
        return client.send(command)
      },
      { isList: true }
    )

  return {
    get,
    head: (key) => Effect.flatMap(head(key), (answer) => Effect.fromResult(checkHead(answer))),
    checksum: (key, version) =>
      Effect.flatMap(head(key, version), (answer) =>
        Effect.as(
          Effect.fromResult(checkHead(answer, version)),
          wholeChecksum(answer.ChecksumSHA256)
        )
      ),
    list: (selection) =>
      Effect.flatMap(list(selection), (answer) => Effect.fromResult(checkList(answer, selection))),
    folder: (selection) =>
      Effect.flatMap(list(selection, "/"), (answer) =>
        Effect.fromResult(checkFolder(answer, selection))
      )
  }
})
