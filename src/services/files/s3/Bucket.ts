/**
 * What a bucket can be asked, and what it answers: the words between S3Client, which sends the requests, and those who
 * decide what the answers mean. Nothing here sends or checks anything.
 */
import { Data, type Effect } from "effect"
import type * as ByteString from "../../../domain/ByteString.ts"
import type { FileDetails } from "../FileStore.ts"

/** A request that did not do what it should. */
export class S3Failure extends Data.TaggedError("S3Failure")<{
  /** The HTTP status of the answer, also where its body was cut; `undefined` where none came, or it was wrong. */
  readonly status: number | undefined
  /** S3's own name for it, such as `NoSuchKey`, the system's, such as `ECONNREFUSED`, or `WrongAnswer`. */
  readonly code: string
  readonly cause: unknown
}> {
  /** An answer to something else than what was asked; `reason` says what came. Asked again, it would be no better. */
  static wrongAnswer(reason: string): S3Failure {
    return new S3Failure({ status: undefined, code: "WrongAnswer", cause: new Error(reason) })
  }

  /** Whether an answer came that does not fit what was asked. */
  get isWrongAnswer(): boolean {
    return this.code === "WrongAnswer"
  }

  override get message() {
    if (this.isWrongAnswer && this.cause instanceof Error) return this.cause.message
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

/** An object as a file: its version is its ETag without the quotes. */
export const fileDetails = ({ etag, modified, size }: ObjectDetails): FileDetails => ({
  size,
  modified,
  version: etag.replaceAll('"', "")
})

/** One version of an object. */
export type Version = Pick<ObjectDetails, "etag" | "size">

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
  /** Bytes, for nothing makes a store keep to UTF-8. */
  readonly key: ByteString.ByteString
}

/** Some of what lies in a folder: a prefix up to the next `/`. */
export interface FolderPage {
  /** Sorted by the UTF-8 bytes of their keys. */
  readonly objects: ReadonlyArray<ListedObject>
  /** What the keys of further objects begin with, up to a `/` after the prefix and with it; sorted by bytes. */
  readonly folders: ReadonlyArray<ByteString.ByteString>
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
  readonly checksum: (key: string, version: Version) => Effect.Effect<string | undefined, S3Failure>
  readonly list: (selection: KeySelection) => Effect.Effect<KeyPage, S3Failure>
  /** The same keys, of which those with a further `/` are told by what stands before it. */
  readonly folder: (selection: KeySelection) => Effect.Effect<FolderPage, S3Failure>
}

/** S3's limit for a key, in bytes of UTF-8; what is longer is refused as malformed, not as missing. */
export const longestKey = 1024
