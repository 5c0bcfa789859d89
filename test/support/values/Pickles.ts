/** Pickles that CPython wrote, and what our reader makes of bytes. */
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { inflateSync } from "node:zlib"
import { Malformed } from "../../../src/codec/Codec.ts"
import type { Value } from "../../../src/codec/pickle/PickleMachine.ts"
import { type Limits, makePickleReader } from "../../../src/codec/pickle/PickleReader.ts"
import * as Writer from "../../../src/codec/pickle/PickleWriter.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"

/** Half a surrogate pair, as Python encodes it with `surrogatepass`: `1110xxxx 10xxxxxx 10xxxxxx`. */
const half = (code: number): ByteString.ByteString =>
  ByteString.unsafe(
    String.fromCharCode(0xe0 + (code >> 12), 0x80 + ((code >> 6) % 64), 0x80 + (code % 64))
  )

const encode = (text: string): ByteString.ByteString =>
  ByteString.unsafe(
    Array.from(text, (character) =>
      character.isWellFormed() ? ByteString.fromText(character) : half(character.charCodeAt(0))
    ).join("")
  )

export const text = (value: string): Value => ({ _tag: "Text", utf8: encode(value) })
export const none: Value = { _tag: "None" }
export const list = (...items: ReadonlyArray<Value>): Value => ({ _tag: "List", items })
export const tuple = (...items: ReadonlyArray<Value>): Value => ({ _tag: "Tuple", items })

/** What a reader made of some bytes. */
export interface Read {
  readonly values: ReadonlyArray<Value>
  /** The content of each byte string, as latin1. */
  readonly contents: ReadonlyArray<string>
  readonly malformed: boolean
  /** Whether more bytes were waited for. */
  readonly inside: boolean
}

/** Enough for every pickle of the fixtures. */
export const wide: Limits = { size: 4 * 1024 * 1024, values: 10_000, bytes: true }

/** Reads all of it with one reader. */
export const read = (pieces: Iterable<Uint8Array>, limits: Limits = wide): Read => {
  const reader = makePickleReader(limits)
  const values: Array<Value> = []
  const contents: Array<string> = []
  let malformed = false
  for (const piece of pieces) {
    for (const found of reader.push(piece)) {
      if (malformed) throw new Error("something came after what is malformed")
      if (found instanceof Malformed) malformed = true
      else if (found._tag === "Pickle") values.push(found.value)
      else if (found._tag === "BytesStart") contents.push("")
      else contents.push((contents.pop() ?? "") + Buffer.from(found.bytes).toString("latin1"))
    }
  }
  return { values, contents, malformed, inside: reader.isInside() }
}

/** The same value, as our writer has it; byte strings are as many zeros. */
export const write = (value: Value): Writer.Written => {
  switch (value._tag) {
    case "Text":
      return Writer.text(value.utf8)
    case "None":
      return Writer.none
    case "Bytes":
      return Writer.bytesStart(value.size) + "\0".repeat(value.size)
    case "List":
      return Writer.list(value.items.map(write))
    case "Tuple": {
      const [first = none, second = none] = value.items
      return Writer.pair(write(first), write(second))
    }
  }
}

const Json = Schema.fromJsonString(Schema.Json)
const deflated = Schema.Struct({ deflated: Schema.String })
const Fixture = Schema.Struct({
  case: Schema.String,
  value: Schema.Json,
  pickles: Schema.Record(Schema.String, Schema.Union([Schema.String, deflated]))
})

const isDeflated = Schema.is(deflated)
const isBytes = Schema.is(Schema.Struct({ bytes: Schema.String }))
const isTuple = Schema.is(Schema.Struct({ tuple: Schema.Array(Schema.Json) }))

/** See `short` in recapture-pickles.py. */
const long = (value: Schema.Json): Schema.Json =>
  isDeflated(value)
    ? Schema.decodeUnknownSync(Json)(inflateSync(Buffer.from(value.deflated, "base64")).toString())
    : value

/** See `plain` in recapture-pickles.py. */
const toValue = (json: Schema.Json, contents: Array<string>): Value => {
  if (typeof json === "string") return text(json)
  if (json === null) return none
  if (Array.isArray(json)) return list(...json.map((item: Schema.Json) => toValue(item, contents)))
  if (isTuple(json)) return tuple(...json.tuple.map((item) => toValue(item, contents)))
  if (!isBytes(json)) throw new Error("not a value of the fixtures")
  contents.push(json.bytes)
  return { _tag: "Bytes", size: json.bytes.length }
}

/** One value, and all the pickles of it. */
export interface Golden {
  readonly name: string
  readonly value: Value
  readonly contents: ReadonlyArray<string>
  readonly pickles: ReadonlyArray<{ readonly how: string; readonly bytes: Buffer }>
}

/** What CPython writes, in every protocol. */
export const goldens: ReadonlyArray<Golden> = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Array(Fixture))
)(readFileSync(new URL("../../fixtures/pickles.json", import.meta.url), "utf8")).map((fixture) => {
  const contents: Array<string> = []
  const value = toValue(long(fixture.value), contents)
  const pickles = Object.entries(fixture.pickles).map(([how, written]) => ({
    how,
    bytes: Buffer.from(Schema.decodeUnknownSync(Schema.String)(long(written)), "latin1")
  }))
  return { name: fixture.case, value, contents, pickles }
})
