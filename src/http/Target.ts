/** What the target of a request means: a service of the server's own, a folder or a file (RFC 3986, 3.3). Links to them: page/Links. */
import * as ByteString from "../domain/ByteString.ts"
import * as FileName from "../domain/FileName.ts"

/** What is asked for. */
export type Target =
  /** What the server itself tells, below `/-/`: the rest of the path, as it came. */
  | { readonly _tag: "Service"; readonly path: string }
  /** "" is the shared folder. */
  | { readonly _tag: "Folder"; readonly name: FileName.FolderName }
  | { readonly _tag: "File"; readonly name: FileName.FileName }
  /** No name of a file or a folder. */
  | { readonly _tag: "Nothing" }
  /** A per cent sign without its two digits. */
  | { readonly _tag: "Malformed" }

const malformed: Target = { _tag: "Malformed" }
const nothing: Target = { _tag: "Nothing" }

const services = "/-/"

const octet = /%([0-9A-Fa-f]{2})/g

/** The bytes of a part of a path or of a query; `undefined` where a per cent sign has no two digits behind it. */
const percentDecode = (text: string): ByteString.ByteString | undefined => {
  if (!text.includes("%")) return ByteString.unsafe(text)
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  return ByteString.unsafe(
    text.replace(octet, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  )
}

/** The path and the query of a target, which begins with `/`; the query without its `?`, `undefined` where there is none. */
export const splitTarget = (
  target: string
): { readonly path: string; readonly query: string | undefined } => {
  const mark = target.indexOf("?")
  return mark === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

/** What a path means. What is percent-encoded is UTF-8, or no name; a slash may be, and parts a name all the same. */
export const parsePath = (path: string): Target => {
  if (path === "/") return { _tag: "Folder", name: "" }
  if (path.startsWith(services)) return { _tag: "Service", path: path.slice(services.length) }
  const bytes = percentDecode(path.slice(1))
  if (bytes === undefined) return malformed
  const isFolder = bytes.endsWith("/")
  const name = FileName.fromByteString(isFolder ? ByteString.unsafe(bytes.slice(0, -1)) : bytes)
  if (name === undefined) return nothing
  return { _tag: isFolder ? "Folder" : "File", name }
}

/**
 * The value of a field of a query, which is UTF-8 with `+` for a space, as forms send it (WHATWG URL, 5.1); "" where it
 * has none, `undefined` where it is not there.
 */
export const queryField = (query: string | undefined, name: string): string | undefined =>
  query === undefined ? undefined : (new URLSearchParams(query).get(name) ?? undefined)
