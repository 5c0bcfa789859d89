/**
 * A store that shares the objects of a bucket, or those below a prefix, as files: a file's name is the key, its version
 * the ETag. Requests: S3Client; retrying: S3Retry; bytes in memory: ObjectCache and ReadAhead.
 */
import { type Duration, Effect, Layer, Stream } from "effect"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { type FileName, isHidden } from "../../../domain/FileName.ts"
import { Stats } from "../../../telemetry/Stats.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import { sha256 } from "../Digest.ts"
import {
  FileStore,
  folderKeysBy,
  type OpenFile,
  pickFrom,
  rememberCount,
  type Selection,
  type WholeFile
} from "../FileStore.ts"
import { type Fetch, makeReadAhead } from "./ReadAhead.ts"
import {
  type Bucket,
  fileDetails,
  type KeySelection,
  longestKey,
  type S3Failure,
  type Version
} from "./Bucket.ts"
import { folderEntries } from "./S3Folder.ts"
import { allNames, ofKeys, selectedFiles, selectedNames } from "./S3Listing.ts"
import { type CachedObject, makeObjectCache } from "./ObjectCache.ts"
import { makeS3Retry, type S3Retry } from "./S3Retry.ts"
import * as SharedBucket from "./SharedBucket.ts"

/** The bucket to share, and how. */
export interface Options extends SharedBucket.Options {
  /** How many bytes of small objects are kept in memory. */
  readonly cache: number
  /** The memory of all transfers together for reading ahead, in bytes; 256 MiB unless given. */
  readonly transferMemory?: number | undefined
  /** How long a small object is served without asking the store again. */
  readonly fresh: Duration.Duration
}

/** Enough for five transfers at full speed. */
const defaultTransferMemory = 256 * 1024 * 1024

const unavailable = (cause: unknown) => new StoreUnavailable({ cause })

/** The largest file that is sent in one write instead of a stream, in bytes; the same as for a folder. */
const largestHeld = 64 * 1024

/** A small object as a file in memory. */
const heldFile = (object: CachedObject): WholeFile | undefined =>
  object.isWhole && object.beginning.length <= largestHeld
    ? {
        ...fileDetails(object.details),
        content: ByteString.fromBytes(object.beginning),
        get sha256() {
          return object.sha256
        }
      }
    : undefined

/** The same, of one file, which the log names. */
const unavailableFile = (file: FileName) => (cause: unknown) =>
  new StoreUnavailable({ cause, file })

/** A missing object is a missing file, a missing bucket an unavailable store. */
const asMissing =
  (name: FileName) =>
  (failure: S3Failure): FileNotFound | StoreUnavailable =>
    failure.status === 404 && failure.code !== "NoSuchBucket"
      ? new FileNotFound()
      : unavailableFile(name)(failure)

/** An object, and the file that it is. */
interface Source {
  readonly name: FileName
  readonly key: string
}

/** Fetches ranges of one version of an object, and resumes them where they break off. */
const fetchFrom =
  (
    bucket: Bucket,
    retrying: S3Retry,
    { key, name }: Source,
    version: Version
  ): Fetch<StoreUnavailable> =>
  (start, length, take) =>
    Effect.suspend(() => {
      const failed = unavailableFile(name)
      let come = 0
      const takeNext = (chunk: Uint8Array): void => {
        come += chunk.length
        take(chunk)
      }
      const rest = Effect.suspend(() =>
        come === length
          ? Effect.void
          : Effect.asVoid(
              bucket.get(key, { start: start + come, length: length - come, version }, takeNext)
            )
      )
      return retrying
        .resume(rest, () => come)
        .pipe(
          Effect.mapError(failed),
          Effect.flatMap(() =>
            come === length
              ? Effect.void
              : Effect.fail(failed(new Error(`${come} bytes came of ${length}`)))
          )
        )
    })

/** Shares the bucket, and keeps `storeReachable` in the statistics true. Fails with BucketUnusable. */
export const layer = (
  options: Options
): Layer.Layer<FileStore, SharedBucket.BucketUnusable, Stats> =>
  Layer.effect(
    FileStore,
    Effect.gen(function* () {
      const stats = yield* Stats
      const { bucket, prefix, probe } = yield* SharedBucket.openBucket(options)
      const retrying = yield* makeS3Retry(probe, (reachable) => {
        stats.storeReachable = reachable
      })
      const { retry } = retrying
      const cache = yield* makeObjectCache({
        bucket,
        retry,
        capacity: options.cache,
        fresh: options.fresh
      })
      const ahead = makeReadAhead(options.transferMemory ?? defaultTransferMemory)

      const keyOf = (name: FileName): string | undefined => {
        const key = prefix + name
        return (isHidden(name) && !options.hidden) || ByteString.fromText(key).length > longestKey
          ? undefined
          : key
      }
      const requireKey = (name: FileName): Effect.Effect<string, FileNotFound> => {
        const key = keyOf(name)
        return key === undefined ? Effect.fail(new FileNotFound()) : Effect.succeed(key)
      }

      const opened = (source: Source, object: CachedObject): OpenFile => {
        const { beginning, details } = object
        const fetch = fetchFrom(bucket, retrying, source, details)
        const read = (start: number, length: number) => {
          const near = beginning.subarray(start, start + length)
          const far = length - near.length
          const rest = far === 0 ? Stream.empty : ahead.read(fetch, start + near.length, far)
          return near.length === 0 ? rest : Stream.concat(Stream.succeed(near), rest)
        }
        const checksum = retry(bucket.checksum(source.key, details)).pipe(
          // The right to read an object may not include its checksum.
          Effect.orElseSucceed(() => undefined),
          Effect.flatMap((stored) =>
            stored === undefined ? sha256(read(0, details.size)) : Effect.succeed(stored)
          )
        )
        return {
          ...fileDetails(details),
          read,
          content: heldFile(object)?.content,
          sha256: object.isWhole ? Effect.sync(() => object.sha256) : checksum
        }
      }

      const within = { prefix, hidden: options.hidden }
      const keys = {
        ...within,
        page: (selection: KeySelection) =>
          Effect.mapBoth(retry(bucket.list(selection)), {
            onSuccess: ofKeys,
            onFailure: unavailable
          })
      }
      const objectsPage = (selection: KeySelection) =>
        Effect.mapBoth(retry(bucket.objects(selection)), {
          onSuccess: ({ more, objects }) => ({ items: objects, more }),
          onFailure: unavailable
        })

      const names = allNames(keys)
      const list = (selection: Selection) => selectedNames(keys, selection)
      const folder = folderEntries({
        prefix,
        hidden: options.hidden,
        page: (selection) => Effect.mapError(retry(bucket.folder(selection)), unavailable)
      })
      const describe = Effect.fnUntraced(function* (name: FileName) {
        const key = yield* requireKey(name)
        return yield* retry(bucket.head(key)).pipe(
          Effect.tap((details) => Effect.sync(() => cache.learn(key, details))),
          Effect.map(fileDetails),
          Effect.mapError((failure) => {
            if (failure.status === 404) cache.learn(key, undefined)
            return asMissing(name)(failure)
          })
        )
      })
      return {
        names,
        ...rememberCount(Stream.runCount(names)),
        pick: (draw) => pickFrom(names, draw),
        list,
        listFiles: (selection) => selectedFiles({ ...within, page: objectsPage }, selection),
        folder,
        folderKeys: folderKeysBy(folder),
        getIfPresent: (name) => {
          const key = keyOf(name)
          const object = key === undefined ? undefined : cache.fresh(key)
          return object === undefined ? undefined : heldFile(object)
        },
        describe,
        open: Effect.fnUntraced(function* (name) {
          const key = yield* requireKey(name)
          return opened({ key, name }, yield* Effect.mapError(cache.at(key), asMissing(name)))
        })
      }
    })
  )
