/** Opens the bucket that is shared: for the store over it (S3FileStore), and for who looks for its changes (watch/). */
import { Effect, Schema, type Scope } from "effect"
import type { Bucket, S3Failure } from "./Bucket.ts"
import * as S3Client from "./S3Client.ts"

/** The bucket cannot be shared: it does not exist, may not be read, or the store does not answer. */
export class BucketUnusable extends Schema.TaggedError<BucketUnusable>()("BucketUnusable", {
  bucket: Schema.String,
  endpoint: Schema.UndefinedOr(Schema.String),
  /** The HTTP status of the answer, if there was one. */
  status: Schema.UndefinedOr(Schema.Int),
  /** S3's code, such as `NoSuchBucket`, or the system's, such as `ECONNREFUSED`. */
  code: Schema.String,
  cause: Schema.Defect()
}) {}

/** What is shared of which bucket. */
export interface Options extends S3Client.Options {
  /** What the keys of shared objects begin with: `fotos/2024` shares `fotos/2024/a.jpg` as `a.jpg`. */
  readonly prefix: string
  /** Whether names with a part that begins with a dot are shared. */
  readonly hidden: boolean
}

/** A bucket that answers. */
export interface SharedBucket {
  readonly bucket: Bucket
  /** The text before the name in every key: empty, or ending in `/`. */
  readonly prefix: string
  /** A cheap request, which was answered. */
  readonly probe: Effect.Effect<unknown, S3Failure>
}

/** The bucket, after a first request, until the scope closes. */
export const openBucket = Effect.fnUntraced(
  function* (options: Options): Effect.fn.Return<SharedBucket, S3Failure, Scope.Scope> {
    const prefix = options.prefix === "" ? "" : options.prefix.replace(/\/*$/, "/")
    const bucket = yield* S3Client.makeBucket(options)
    const probe = bucket.list({ prefix, after: undefined, limit: 1 })
    yield* probe
    return { bucket, prefix, probe }
  },
  (opening, { bucket, endpoint }) =>
    Effect.mapError(
      opening,
      ({ cause, code, status }) => new BucketUnusable({ bucket, endpoint, status, code, cause })
    )
)
