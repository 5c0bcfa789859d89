/**
 * A bucket of an S3-compatible store: each method is one request, sent once, whose answer is checked (S3Answers).
 * Retrying: S3Retry; objects as files: S3FileStore. Bodies are read as Node's streams, which is what the SDK returns.
 */
import { Effect, Result, type Scope } from "effect"
import { Readable } from "node:stream"
import type { Bucket, KeySelection, Range, S3Failure, Version } from "./Bucket.ts"
import { checkFolder, checkGet, checkHead, checkList } from "./S3Answers.ts"
import type { Conditions, ObjectAnswer } from "./sdk/SignedGet.ts"
import * as SdkClient from "./sdk/SdkClient.ts"

/** The bucket's name, and where the store is. */
export interface Options extends SdkClient.Options {
  readonly bucket: string
}

/** The hexadecimal digits of a stored checksum; `undefined` for one over parts (`…-3`), which is not the object's. */
const wholeChecksum = (stored: string | undefined): string | undefined =>
  stored !== undefined && /^[A-Za-z0-9+/]{43}=$/.test(stored)
    ? Buffer.from(stored, "base64").toString("hex")
    : undefined

/** Calls `take` with the first `length` bytes of an answer of `size` bytes, and discards the rest. */
const takeFrom = (
  body: Readable,
  length: number,
  size: number | undefined,
  take: (chunk: Uint8Array) => void
): Promise<void> =>
  new Promise((resolve, reject) => {
    let left = length
    // Events take half the time of `for await`.
    body
      .on("data", (chunk: Uint8Array) => {
        const wanted = chunk.subarray(0, left)
        left -= wanted.length
        if (wanted.length > 0) take(wanted)
        // An answer without a rest is read to its end, so that its connection is used again.
        if (left > 0 || size === length) return
        body.destroy()
        resolve()
      })
      .on("end", resolve)
      .on("error", reject)
  })

/** The bucket's client until the scope closes. Sends no request by itself; fails where the SDK is missing (SdkClient). */
export const makeBucket = Effect.fnUntraced(function* ({
  bucket: Bucket,
  ...options
}: Options): Effect.fn.Return<Bucket, S3Failure, Scope.Scope> {
  const { client, request, sdk, signedGet } = yield* SdkClient.makeSdkClient(options)

  const getBySdk = async (Key: string, conditions: Conditions): Promise<ObjectAnswer> => {
    const command = new sdk.GetObjectCommand({ Bucket, Key, ...conditions })
    const { Body: body, ...headers } = await client.send(command)
    if (!(body instanceof Readable)) throw new Error("the answer has no body")
    return { status: headers.$metadata.httpStatusCode, headers, body }
  }

  const get = (key: string, range: Range, take: (chunk: Uint8Array) => void) => {
    const { ifNoneMatch, isLikelyAll = false, length, start, version } = range
    const conditions = {
      ...(isLikelyAll ? {} : { Range: `bytes=${start}-${start + length - 1}` }),
      ...(version === undefined ? {} : { IfMatch: version.etag }),
      ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch })
    }
    let status: number | undefined
    const read = async (signal: AbortSignal) => {
      const answer = (await signedGet(key, conditions, signal)) ?? (await getBySdk(key, conditions))
      const { body, headers } = answer
      status = answer.status
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
    objects: (selection) =>
      Effect.flatMap(list(selection), (answer) =>
        Effect.fromResult(checkFolder(answer, selection))
      ),
    folder: (selection) =>
      Effect.flatMap(list(selection, "/"), (answer) =>
        Effect.fromResult(checkFolder(answer, selection))
      )
  }
})
