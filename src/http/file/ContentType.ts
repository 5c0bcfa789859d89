/** What a file is, by its name. Nothing looks into it. */
import { Option } from "effect"
import { getType } from "effect/http/Mime"
import { type FileName, lastPart } from "../../domain/FileName.ts"

/** What is known of nothing (RFC 9110, 8.3). */
const unknown = "application/octet-stream"

/** Types of texts whose names do not begin with `text/`. */
const texts =
  /^(?:text\/|application\/(?:javascript|json|ld\+json|manifest\+json|xml|toml|yaml|x-sh|sql)$|.*\+(?:xml|json)$)/
/** What else becomes smaller when it is compressed. */
const compressible =
  /^(?:application\/(?:wasm|vnd\.ms-fontobject)|font\/(?:ttf|otf)|image\/(?:bmp|svg\+xml))$/

/** The extension in lower case; empty where the name has none. */
const extensionOf = (name: FileName): string => {
  const last = lastPart(name)
  const dot = last.lastIndexOf(".")
  return dot === -1 ? "" : last.slice(dot + 1).toLowerCase()
}

/** What is told of a type. */
export interface ContentType {
  /** The value of Content-Type; texts are said to be in UTF-8. */
  readonly value: string
  /** Whether a compressed neighbour is looked for. */
  readonly isCompressible: boolean
}

const describe = (extension: string): ContentType => {
  const type = Option.getOrElse(getType(`x.${extension}`), () => unknown)
  const isText = texts.test(type)
  return {
    value: isText ? `${type}; charset=utf-8` : type,
    isCompressible: isText || compressible.test(type)
  }
}

/** So many extensions are remembered; strangers choose which are asked for, but only those of files that there are. */
const mostRemembered = 1000
const remembered = new Map<string, ContentType>()

/** The type of a file. */
export const contentTypeOf = (name: FileName): ContentType => {
  const extension = extensionOf(name)
  const known = remembered.get(extension)
  if (known !== undefined) return known
  const type = describe(extension)
  if (remembered.size < mostRemembered) remembered.set(extension, type)
  return type
}
