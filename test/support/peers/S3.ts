/** A bucket of a real store, filled and changed by the SDK itself, and our store over it. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client
} from "@aws-sdk/client-s3"
import { Context, Duration, Effect, Layer, Redacted, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import { Stats } from "../../../src/telemetry/Stats.ts"
import { FileStore } from "../../../src/services/files/FileStore.ts"
import * as S3FileStore from "../../../src/services/files/s3/S3FileStore.ts"
import type { BucketUnusable } from "../../../src/services/files/s3/SharedBucket.ts"
import { credentials } from "./Ceph.ts"

/** A client of the SDK, until the scope closes; with its own repetitions, for it is only to fill and to compare. */
export const sdk = (endpoint: string): Effect.Effect<S3Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(
      () =>
        new S3Client({
          endpoint,
          region: "us-east-1",
          forcePathStyle: true,
          credentials,
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
          maxAttempts: 10
        })
    ),
    (client) => Effect.sync(() => client.destroy())
  )

/** The hand that changes a bucket. */
export interface Hand {
  readonly put: (key: string, content: string | Uint8Array) => Effect.Effect<void>
  readonly remove: (key: string) => Effect.Effect<void>
  /** In milliseconds since 1970. */
  readonly modified: (key: string) => Effect.Effect<number>
}

/** A bucket of the test's own. */
export interface TestBucket extends Hand {
  readonly bucket: string
  readonly client: S3Client
}

/** The bucket that holds these objects. */
export const bucketWith = (
  endpoint: string,
  objects: Readonly<Record<string, string | Uint8Array>>
): Effect.Effect<TestBucket, never, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* sdk(endpoint)
    const bucket = `test-${randomUUID()}`
    yield* Effect.promise(() => client.send(new CreateBucketCommand({ Bucket: bucket })))
    const put: Hand["put"] = (key, content) =>
      Effect.promise(() => {
        const body = Buffer.from(content)
        return client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentLength: body.length
          })
        )
      })
    yield* Effect.forEach(Object.entries(objects), ([key, content]) => put(key, content), {
      concurrency: 16,
      discard: true
    })
    return {
      bucket,
      client,
      put,
      remove: (key) =>
        Effect.promise(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))),
      modified: (key) =>
        Effect.map(
          Effect.promise(() => client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))),
          ({ LastModified }) => LastModified?.getTime() ?? Number.NaN
        )
    }
  })

/** How our store is to be, where it differs from what tests mostly want: no freshness, so that nothing is stale. */
export type Wishes = Partial<Omit<S3FileStore.Options, "bucket" | "endpoint">>

/** How to share a bucket. */
export const storeOptions = (
  endpoint: string,
  bucket: string,
  wishes: Wishes = {}
): S3FileStore.Options => ({
  bucket,
  endpoint,
  region: undefined,
  credentials: {
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: Redacted.make(credentials.secretAccessKey)
  },
  prefix: "",
  hidden: false,
  cache: 64 * 1024 * 1024,
  fresh: Duration.zero,
  ...wishes
})

/** Our store over a bucket, until the scope closes. */
export const s3Store = (
  endpoint: string,
  bucket: string,
  wishes: Wishes = {}
): Effect.Effect<FileStore["Service"], BucketUnusable, Scope.Scope> =>
  Effect.map(
    Layer.build(
      S3FileStore.layer(storeOptions(endpoint, bucket, wishes)).pipe(Layer.provide(Stats.layer))
    ),
    (context) => Context.get(context, FileStore)
  )
