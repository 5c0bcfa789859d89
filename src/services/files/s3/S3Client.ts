/**
 * One bucket of an S3-compatible store, as effects: each method is one request, sent once. What is done when a request
 * fails is S3Recovery's affair, and what objects mean is not known here. Objects are read with node:http by way of the
 * SDK, whose bodies are Node's streams.
 */
import { Data, Duration, Effect, Redacted, type Scope, Semaphore } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import { AsyncLocalStorage } from "node:async_hooks"
import { Readable } from "node:stream"
import { setFlagsFromString } from "node:v8"

/** Where the objects are. */
export interface Options {
  readonly bucket: string
  /** The URL of the gateway; Amazon's own unless given. */
  readonly endpoint: string | undefined
  /** Where none is given: `us-east-1` behind an endpoint, which most gateways take, else what the SDK's chain says. */
  readonly region: string | undefined
  /** What to prove oneself with; the SDK's usual chain (environment, profile, role of the machine) unless given. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: Redacted.Redacted
  }
}

/** A request that did not do what it should. */
export class S3Failure extends Data.TaggedError("S3Failure")<{
  /** The HTTP status of the answer, also where its body was cut; `undefined` where none came. */
  readonly status: number | undefined
  /** S3's own name for it, such as `NoSuchKey`, or the system's, such as `ECONNREFUSED`. */
  readonly code: string
  readonly cause: unknown
}> {
  override get message() {
    return this.status === undefined ? this.code : `${this.code} (${this.status})`
  }
}

/** What is told of an object with its bytes, or without them. */
export interface ObjectDetails {
  /** Of the whole object, in bytes. */
  readonly size: number
  /** In milliseconds since 1970 (UTC); S3 tells seconds. */
  readonly modified: number
  /** As it came, quotes included. */
  readonly etag: string
}

/** A part of an object, and on which conditions it is wanted. */
export interface Range {
  /** The first byte. */
  readonly start: number
  /** How many bytes, 1 or more; there may be fewer. */
  readonly length: number
  /**
   * Asks for all of an object that is likely no longer than this, and breaks the answer off if it is. To Ceph's gateway
   * a range costs a second trip to its disks: alone, a small object took 1.3 ms by range and 1.1 ms whole.
   */
  readonly isLikelyAll?: boolean
  /** Only if this is its ETag, else 412. */
  readonly ifMatch?: string | undefined
  /** Only if this is not its ETag, else 304. */
  readonly ifNoneMatch?: string | undefined
}

/** Which keys to list. */
export interface KeySelection {
  readonly prefix: string
  /** Only keys that sort after this one. */
  readonly after: string | undefined
  /** From 1 to 1,000. */
  readonly limit: number
}

/** Some of the keys, sorted by their UTF-8 bytes. */
export interface KeyPage {
  /** Bytes, for nothing makes a store keep to UTF-8. */
  readonly keys: ReadonlyArray<ByteString.ByteString>
  /** Whether there are more. */
  readonly more: boolean
}

/** A bucket. Every request may be sent again: none changes anything. */
export interface Bucket {
  /** Reads a range; `take` is given its bytes and no others, as they come and in order, those before a failure too. */
  readonly get: (
    key: string,
    range: Range,
    take: (chunk: Uint8Array) => void
  ) => Effect.Effect<ObjectDetails, S3Failure>
  readonly head: (key: string) => Effect.Effect<ObjectDetails, S3Failure>
  /** The SHA-256 of the whole object in hexadecimal digits, where it was stored with one. */
  readonly checksum: (key: string, etag: string) => Effect.Effect<string | undefined, S3Failure>
  readonly list: (selection: KeySelection) => Effect.Effect<KeyPage, S3Failure>
}

/** S3's limit for a key, in bytes of UTF-8; what is longer is refused as malformed, not as missing. */
export const longestKey = 1024

/** How long to wait for a connection. */
const connecting = Duration.seconds(2)

/** How long to wait for the first byte of an answer, and for each next one. */
const silence = Duration.seconds(4)

/**
 * Requests under way at once; others wait for their turn here, for a request that waited inside the SDK would be timed
 * out as if the store were slow. Each takes a descriptor (cli/Descriptors leaves 256 for all but connections).
 */
const mostRequests = 128

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** What the SDK threw, its status if there is one. */
const failure = (cause: unknown, status?: number): S3Failure => {
  const metadata = isObject(cause) && "$metadata" in cause ? cause.$metadata : undefined
  const told =
    isObject(metadata) && "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined
  const name = cause instanceof Error ? cause.name : "Unknown"
  return new S3Failure({
    status: typeof told === "number" ? told : status,
    code: isObject(cause) && "code" in cause && typeof cause.code === "string" ? cause.code : name,
    cause
  })
}

const malformed = (reason: string, status?: number): S3Failure =>
  new S3Failure({ status, code: "Malformed", cause: new Error(reason) })

interface Headers {
  readonly ContentLength?: number | undefined
  readonly ContentRange?: string | undefined
  readonly LastModified?: Date | undefined
  readonly ETag?: string | undefined
}

/** What the headers say; `undefined` where one is missing that S3 always sends. */
const detailsOf = (headers: Headers): ObjectDetails | undefined => {
  const { ContentLength, ContentRange, ETag: etag, LastModified } = headers
  const size = ContentRange === undefined ? ContentLength : Number(ContentRange.split("/")[1])
  const modified = LastModified?.getTime()
  return etag === undefined || modified === undefined || !Number.isSafeInteger(size)
    ? undefined
    : { etag, modified, size: size ?? 0 }
}

const requireDetails = (headers: Headers): Effect.Effect<ObjectDetails, S3Failure> => {
  const details = detailsOf(headers)
  return details === undefined
    ? Effect.fail(malformed("the answer lacks its size, its time or its ETag"))
    : Effect.succeed(details)
}

/** A key as the list tells it, encoded like a query: some characters cannot stand in XML. */
const decodeKey = (encoded: string): ByteString.ByteString =>
  ByteString.unsafe(
    encoded
      .replaceAll("+", " ")
      .replaceAll(/%([0-9A-F]{2})/gi, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16))
      )
  )

/** The hexadecimal digits of a stored checksum; of one over parts (`…-3`), which says nothing of the whole, nothing. */
const wholeChecksum = (stored: string | undefined): string | undefined =>
  stored !== undefined && /^[A-Za-z0-9+/]{43}=$/.test(stored)
    ? Buffer.from(stored, "base64").toString("hex")
    : undefined

/** Gives `take` the first `length` bytes of an answer that has `size` in all, if it said so, and lets go of the rest. */
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

/**
 * What sockets read lies outside of V8's heap, and V8 by default collects all garbage each time some 16 MiB of it have
 * come: 1.5 s of CPU a GiB, more than half of all that a transfer took. With these it counts as part of the heap, which
 * may grow to four times what was live. Tried with V8 14; an engine that does not know a flag complains aloud.
 */
const tuneCollector = (): void => {
  if (Number.parseInt(process.versions.v8, 10) < 14) return
  setFlagsFromString("--external-memory-accounted-in-global-limit")
  setFlagsFromString("--external-memory-max-growing-factor=4")
}

/** A client of the bucket until the scope closes. No request is sent for it. */
export const makeBucket = Effect.fnUntraced(function* ({
  bucket: Bucket,
  credentials,
  endpoint,
  region
}: Options): Effect.fn.Return<Bucket, never, Scope.Scope> {
  const sdk = yield* Effect.promise(() => import("./S3Sdk.ts"))
  yield* Effect.sync(tuneCollector)
  const agent = { keepAlive: true, maxSockets: mostRequests }
  const regionOrDefault = region ?? (endpoint === undefined ? undefined : "us-east-1")
  const client = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new sdk.S3Client({
          ...(endpoint === undefined ? {} : { endpoint }),
          ...(regionOrDefault === undefined ? {} : { region: regionOrDefault }),
          ...(credentials === undefined
            ? {}
            : {
                credentials: {
                  accessKeyId: credentials.accessKeyId,
                  secretAccessKey: Redacted.value(credentials.secretAccessKey)
                }
              }),
          forcePathStyle: true,
          // The SDK adds checksums of its own by default, which gateways other than Amazon's need not know.
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
          maxAttempts: 1,
          // What is done to a command is found out once, not anew for each: a tenth of the time that the SDK takes.
          cacheMiddleware: true,
          requestHandler: {
            connectionTimeout: Duration.toMillis(connecting),
            requestTimeout: Duration.toMillis(silence),
            socketTimeout: Duration.toMillis(silence),
            throwOnRequestTimeout: true,
            httpAgent: agent,
            httpsAgent: agent
          }
        })
    ),
    (client) => Effect.sync(() => client.destroy())
  )

  // Passed on here and not with the command: one that comes with options makes the SDK find out all anew.
  const signals = new AsyncLocalStorage<AbortSignal>()
  const { requestHandler } = client.config
  client.middlewareStack.add(
    () => (call) => requestHandler.handle(call.request, { abortSignal: signals.getStore() }),
    { name: "abortable", step: "deserialize", priority: "low" }
  )

  const turns = Semaphore.makeUnsafe(mostRequests)
  /** What `send` does of the client's work ends when nobody waits for it any more. */
  const request = <A>(
    send: () => Promise<A>,
    status?: () => number | undefined
  ): Effect.Effect<A, S3Failure> =>
    Semaphore.withPermit(
      turns,
      Effect.tryPromise({
        try: (signal) => signals.run(signal, send),
        catch: (cause) => failure(cause, status?.())
      })
    )

  const get = (key: string, range: Range, take: (chunk: Uint8Array) => void) => {
    const { ifMatch, ifNoneMatch, isLikelyAll = false, length, start } = range
    let status: number | undefined
    const read = async () => {
      const command = new sdk.GetObjectCommand({
        Bucket,
        Key: key,
        ...(isLikelyAll ? {} : { Range: `bytes=${start}-${start + length - 1}` }),
        ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
        ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch })
      })
      const { Body: body, ...headers } = await client.send(command)
      status = headers.$metadata.httpStatusCode
      if (!(body instanceof Readable)) throw new Error("the answer has no body")
      if (status !== 206 && start > 0) {
        body.destroy()
        throw new Error("the store does not know ranges")
      }
      await takeFrom(body, length, headers.ContentLength, take)
      return headers
    }
    return Effect.flatMap(
      request(read, () => status),
      requireDetails
    )
  }

  const head = (key: string, ifMatch?: string) =>
    request(() => {
      const command = new sdk.HeadObjectCommand({
        Bucket,
        Key: key,
        ...(ifMatch === undefined ? {} : { IfMatch: ifMatch, ChecksumMode: "ENABLED" })
      })
      return client.send(command)
    })

  const list = ({ after, limit, prefix }: KeySelection) =>
    request(() => {
      const command = new sdk.ListObjectsV2Command({
        Bucket,
        Prefix: prefix,
        MaxKeys: limit,
        EncodingType: "url",
        ...(after === undefined ? {} : { StartAfter: after })
      })
      return client.send(command)
    })

  return {
    get,
    head: (key) => Effect.flatMap(head(key), requireDetails),
    checksum: (key, etag) =>
      Effect.map(head(key, etag), ({ ChecksumSHA256 }) => wholeChecksum(ChecksumSHA256)),
    list: (selection) =>
      Effect.map(list(selection), ({ Contents = [], IsTruncated }) => ({
        keys: Contents.map(({ Key = "" }) => decodeKey(Key)),
        more: IsTruncated === true
      }))
  }
})
