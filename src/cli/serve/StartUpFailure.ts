/** The sentence for each reason why a server does not start. */
import { formatAddress } from "../../domain/Address.ts"
import type { ListenError } from "../../net/Listener.ts"
import type { FolderUnusable } from "../../services/files/directory/SharedFolder.ts"
import type { BucketUnusable } from "../../services/files/s3/SharedBucket.ts"
import { exitCode, Failure, systemCode } from "../Failure.ts"
import type { Messages } from "../Messages.ts"

const listenFailure = (
  { host, port, reason }: ListenError,
  { reasons, startUp }: Messages
): string => {
  const address = formatAddress({ host, port })
  switch (reason) {
    case "EADDRINUSE":
      return startUp.portTaken(address)
    case "EACCES":
      return startUp.portForbidden(address)
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return startUp.noSuchAddress(address)
    default:
      return startUp.cannotListen(address, reasons.get(reason) ?? reason)
  }
}

const folderFailure = (
  { cause, folder }: FolderUnusable,
  { reasons, startUp }: Messages
): string => {
  const reason = systemCode(cause) ?? String(cause)
  switch (reason) {
    case "ENOENT":
      return startUp.folderMissing(folder)
    case "ENOTDIR":
      return startUp.notAFolder(folder)
    case "EACCES":
      return startUp.folderForbidden(folder)
    default:
      return startUp.folderUnusable(folder, reasons.get(reason) ?? reason)
  }
}

const bucketFailure = (
  { bucket, cause, code, endpoint = "", status }: BucketUnusable,
  { reasons, startUp }: Messages
): string => {
  switch (code) {
    case "NoSuchBucket":
    case "InvalidBucketName":
      return startUp.bucketMissing(bucket)
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
    case "InvalidToken":
    case "ExpiredToken":
      return startUp.credentialsWrong(bucket)
    case "SdkMissing":
      return startUp.sdkMissing
    case "CredentialsProviderError":
      return startUp.credentialsMissing
  }
  // The SDK has no code for it (@smithy/config-resolver, resolveRegionConfig).
  if (cause instanceof Error && cause.message === "Region is missing") return startUp.regionMissing
  if (status === 403) return startUp.bucketForbidden(bucket)
  const reason = systemCode(cause) ?? code
  if (status === undefined && reasons.has(reason)) {
    return startUp.storeUnreachable(endpoint, reasons.get(reason) ?? reason)
  }
  return startUp.bucketUnusable(bucket, cause instanceof Error ? cause.message : code)
}

const startUpSentence = (
  error: ListenError | FolderUnusable | BucketUnusable,
  messages: Messages
): string => {
  switch (error._tag) {
    case "ListenError":
      return listenFailure(error, messages)
    case "FolderUnusable":
      return folderFailure(error, messages)
    case "BucketUnusable":
      return bucketFailure(error, messages)
  }
}

/** The failure of the run, with its sentence and exit code. */
export const startUpFailure = (
  error: Parameters<typeof startUpSentence>[0],
  messages: Messages
): Failure => new Failure({ code: exitCode.refused, sentence: startUpSentence(error, messages) })
