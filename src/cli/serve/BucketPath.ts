/** A bucket and a prefix in it, written as a URL. */
import type { Kind } from "../flags/Kind.ts"

/** The objects below a prefix in a bucket; all of its objects where the prefix is empty. */
export interface BucketPath {
  readonly bucket: string
  readonly prefix: string
}

/** `s3://bucket` or `s3://bucket/prefix`. */
export const format = ({ bucket, prefix }: BucketPath): string =>
  `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`

/** The kind of `--store`. */
export const kind: Kind<BucketPath> = {
  parse: (text) => {
    const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text) ?? []
    return bucket === undefined ? undefined : { bucket, prefix }
  },
  expected: { pt: "s3://bucket ou s3://bucket/prefixo", en: "s3://bucket or s3://bucket/prefix" },
  placeholder: { pt: "bucket", en: "bucket" },
  toLog: format
}
