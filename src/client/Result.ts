/** What becomes of a question: everything that those who ask through this client can get. */
import { Data } from "effect"
import type * as ByteString from "../domain/ByteString.ts"
import type { Reply } from "../domain/Reply.ts"
import type { ErrorReply } from "./Connection.ts"
import type { Mismatch } from "./files/Hashing.ts"
import type { SaveFailed, UnaskedName, UnexpectedName, Unkept } from "./files/Placement.ts"
import type { RemoteDetails } from "./files/RemoteFile.ts"

/** Why one file could not be fetched; the others still can be. */
export type FileError = ErrorReply | UnexpectedName | UnaskedName | SaveFailed | Mismatch

/** A result of a question, which may have many. A file's `name` is for display, its `path` is on this machine. */
export type Result = Data.TaggedEnum<{
  /** What the server says, as it says it. */
  Reply: { readonly reply: Reply }
  /** A line of a listing; its details only in a long one, and only if the file is still there. */
  Name: { readonly name: ByteString.ByteString; readonly details: RemoteDetails | undefined }
  /** A file arrived. */
  Saved: {
    readonly name: string
    readonly path: string
    /** In bytes. */
    readonly size: number
    /** Where it was verified. */
    readonly sha256: string | undefined
    /** How long it took, if it was measured. */
    readonly seconds: number | undefined
    /** How many bytes an earlier run had left. */
    readonly resumedFrom: number
    /** What the file system would not keep of it; nothing, mostly. */
    readonly unkept: ReadonlyArray<Unkept>
  }
  /** The very same file was there already. */
  Same: {
    readonly name: string
    readonly path: string
    readonly size: number
    readonly sha256: string
  }
  /** Another file was there, and was not to be replaced. */
  Kept: { readonly name: string; readonly path: string; readonly size: number }
  /** A file could not be had. */
  Failed: { readonly name: string; readonly error: FileError }
  /** The bytes of a file went where they were to go as they came. */
  Streamed: {}
}>
/** Constructors of `Result`. */
export const Result = Data.taggedEnum<Result>()

/** What becomes of a file that is to be on this machine. */
export type FileResult = Extract<Result, { readonly _tag: "Saved" | "Same" | "Kept" | "Failed" }>
