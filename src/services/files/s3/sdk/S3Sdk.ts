/**
 * The used parts of Amazon's SDK: half a megabyte that only a server over S3 loads. Built into a file of its own beside
 * the program (rolldown.config.ts), which SdkClient imports when it is first needed.
 */
export {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client
} from "@aws-sdk/client-s3"
