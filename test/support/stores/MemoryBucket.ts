/** A bucket in memory that can be listed and nothing else, in small pages, and that a test changes and has fail. */
import { Effect } from "effect"
import { type Bucket, S3Failure } from "../../../src/services/files/s3/Bucket.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"

/** How many keys are listed in one answer: fewer than are asked for, as S3 may. */
const pageSize = 7

/** The bucket, and what a test does to it. */
export interface MemoryBucket {
  readonly bucket: Bucket
  /** The ETag of each object, without quotes. */
  readonly etags: Map<string, string>
  /** How many listings were begun. */
  readonly listings: () => number
  /** Done before each page is answered; the latest one counts. */
  readonly beforePage: (
    hook: (selection: { readonly after?: string }) => Effect.Effect<void, S3Failure>
  ) => void
}

/** What a gateway answers that cannot list. */
export const unavailable = new S3Failure({ status: 503, code: "SlowDown", cause: undefined })

const unasked = Effect.die(new Error("a listing asks for nothing else"))

/** A bucket with these keys, whose ETags are the values. */
export const memoryBucket = (objects: Readonly<Record<string, string>>): MemoryBucket => {
  const etags = new Map(Object.entries(objects))
  let listings = 0
  let hook: Parameters<MemoryBucket["beforePage"]>[0] = () => Effect.void
  return {
    etags,
    listings: () => listings,
    beforePage: (next) => {
      hook = next
    },
    bucket: {
      get: () => unasked,
      head: () => unasked,
      checksum: () => unasked,
      list: () => unasked,
      folder: () => unasked,
      objects: ({ after, prefix }) =>
        Effect.suspend(() => {
          if (after === undefined) listings += 1
          return hook(after === undefined ? {} : { after })
        }).pipe(
          Effect.map(() => {
            const keys = [...etags.keys()]
              .filter((key) => key.startsWith(prefix))
              .map(ByteString.fromText)
              .filter((key) => after === undefined || key > ByteString.fromText(after))
              .sort()
            return {
              objects: keys.slice(0, pageSize).map((key) => ({
                key,
                size: 1,
                modified: 0,
                etag: `"${etags.get(ByteString.toText(key) ?? "") ?? ""}"`
              })),
              folders: [],
              more: keys.length > pageSize
            }
          })
        )
    }
  }
}
