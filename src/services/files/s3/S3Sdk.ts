/**
 * What is used of Amazon's SDK, and nothing else: half a megabyte that only a server over S3 loads. It is built into a
 * file of its own beside the program (rolldown.config.ts), which S3Client imports when it is first needed.
 */
export {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client
} from "@aws-sdk/client-s3"
