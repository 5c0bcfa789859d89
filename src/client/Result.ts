/** The results of requests: everything that Requests.answer can give. */
import { Data } from "effect"
import type * as ByteString from "../domain/ByteString.ts"
import type { Reply } from "../domain/Reply.ts"
import type { ErrorReply } from "./Connection.ts"
import type { Mismatch } from "./files/Hashing.ts"
import type { NothingMatches, SaveFailed, UnaskedName, UnexpectedName } from "./files/Placement.ts"
import type { NotPreserved } from "./files/placing/WholeFile.ts"
import type { RemoteDetails } from "./files/RemoteFile.ts"

/** Why one file could not be fetched. It ends that file only, not the others of the request. */
export type FileError =
  | NothingMatches
  | ErrorReply
  | UnexpectedName
  | UnaskedName
  | SaveFailed
  | Mismatch

/** One result of a request. A file's `name` is the server's, decoded for display; its `path` is on this machine. */
export type Result = Data.TaggedEnum<{
  /** The server's reply, as it is. */
  Reply: { readonly reply: Reply }
  /** A line of a listing; details only in a long one, where the file was not removed meanwhile. */
  Name: { readonly name: ByteString.ByteString; readonly details: RemoteDetails | undefined }
  /** A file was received and saved. */
  Saved: {
    readonly name: string
    readonly path: string
    /** In bytes. */
    readonly size: number
    /** Its SHA-256, 64 lower-case hexadecimal digits, if it was verified. */
    readonly sha256: string | undefined
    /** How long it took, if that was measured. */
    readonly seconds: number | undefined
    /** How many of its bytes an earlier run had received already. */
    readonly resumedFrom: number
    /** What the file system did not preserve of it; mostly nothing. */
    readonly notPreserved: ReadonlyArray<NotPreserved>
  }
  /** A file with the same bytes was there already. */
  Unchanged: {
    readonly name: string
    readonly path: string
    readonly size: number
    readonly sha256: string
  }
  /** Another file was there, and was not to be overwritten. */
  Kept: { readonly name: string; readonly path: string; readonly size: number }
  /** A file could not be fetched. */
  Failed: { readonly name: string; readonly error: FileError }
  /** An earlier run left a part of a file that the server has no longer: it is still there, or was removed. */
  Leftover: { readonly path: string; readonly size: number; readonly isRemoved: boolean }
  /** The bytes of a file were written to standard output as they came. */
  Streamed: {}
}>
/** Constructors of `Result`. */
export const Result = Data.taggedEnum<Result>()

/** A result about a file that is, or was to be, saved on this machine. */
export type FileResult = Extract<
  Result,
  { readonly _tag: "Saved" | "Unchanged" | "Kept" | "Failed" }
>
