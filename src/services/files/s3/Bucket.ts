/**
 * The types of requests to a bucket and of their answers: the interface between S3Client, which sends them, and the rest
 * of the store, which decides what they mean.
 */
import { Data, type Effect } from "effect"
import type * as ByteString from "../../../domain/ByteString.ts"
import type { FileDetails } from "../FileStore.ts"

/** A failed request. */
export class S3Failure extends Data.TaggedError("S3Failure")<{
  /** The HTTP status of the answer, also if its body was cut off; `undefined` if none came, or `code` is `WrongAnswer`. */
  readonly status: number | undefined
  /** S3's own name for it, such as `NoSuchKey`, the system's, such as `ECONNREFUSED`, or `WrongAnswer`. */
  readonly code: string
  readonly cause: unknown
}> {
  /** The failure of an answer that does not fit its request, which is not sent again; `reason` says what came. */
  static wrongAnswer(reason: string): S3Failure {
    return new S3Failure({ status: undefined, code: "WrongAnswer", cause: new Error(reason) })
  }

  /** Whether an answer came that does not fit its request. */
  get isWrongAnswer(): boolean {
    return this.code === "WrongAnswer"
  }

  override get message() {
    if (this.isWrongAnswer && this.cause instanceof Error) return this.cause.message
    return this.status === undefined ? this.code : `${this.code} (${this.status})`
  }
}

/** The metadata of an object. */
export interface ObjectDetails {
  /** Of the whole object, in bytes. */
  readonly size: number
  /** In milliseconds since 1970 (UTC); S3 tells seconds. */
  readonly modified: number
  /** With its quotes. */
  readonly etag: string
}

/** An object as a file: its version is its ETag without the quotes. */
export const fileDetails = ({ etag, modified, size }: ObjectDetails): FileDetails => ({
  size,
  modified,
  version: etag.replaceAll('"', "")
})

/** One version of an object. */
export type Version = Pick<ObjectDetails, "etag" | "size">

/** A range of an object's bytes, and conditions of the request. */
export interface Range {
  /** The first byte. */
  readonly start: number
  /** How many bytes, 1 or more; there may be fewer. */
  readonly length: number
  /**
   * Requests the whole object, for one that is likely no longer than `length`, and aborts the answer after `length` bytes.
   * A range costs Ceph's gateway a second access to its disks: a small object took 1.3 ms by range and 1.1 ms whole.
   */
  readonly isLikelyAll?: boolean
  /** Only of this version, else 412. */
  readonly version?: Version | undefined
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

/** An object in a folder. */
export interface ListedObject extends ObjectDetails {
  /** Bytes, because a store may have keys that are not UTF-8. */
  readonly key: ByteString.ByteString
}

/** A page of a folder's listing. A folder is a prefix of keys that ends in `/`. */
export interface FolderPage {
  /** Sorted by the UTF-8 bytes of their keys. */
  readonly objects: ReadonlyArray<ListedObject>
  /** The folders in it: the beginnings of further keys, up to and with the next `/` after the prefix; sorted by bytes. */
  readonly folders: ReadonlyArray<ByteString.ByteString>
  /** Whether there are more. */
  readonly more: boolean
}

/** A bucket. No request changes anything, so each may be sent again. */
export interface Bucket {
  /** Reads a range; `take` is called with its bytes and no others, as they come and in order, also before a failure. */
  readonly get: (
    key: string,
    range: Range,
    take: (chunk: Uint8Array) => void
  ) => Effect.Effect<ObjectDetails, S3Failure>
  readonly head: (key: string) => Effect.Effect<ObjectDetails, S3Failure>
  /** The SHA-256 of the whole object, 64 lower-case hexadecimal digits, if it was stored with one. */
  readonly checksum: (key: string, version: Version) => Effect.Effect<string | undefined, S3Failure>
  readonly list: (selection: KeySelection) => Effect.Effect<KeyPage, S3Failure>
  /** The same keys, with the objects' metadata; no folders. */
  readonly objects: (selection: KeySelection) => Effect.Effect<FolderPage, S3Failure>
  /** The same keys, with those that have a further `/` grouped by what is before it (S3's delimiter). */
  readonly folder: (selection: KeySelection) => Effect.Effect<FolderPage, S3Failure>
}

/** S3's limit for a key, in bytes of UTF-8; S3 refuses a longer one as malformed, not as missing. */
export const longestKey = 1024
