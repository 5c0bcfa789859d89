/** Values for properties: bytes of every kind where a schema alone would mostly make ASCII. */
import { Arbitrary, Schema } from "effect"
import { type Command, specs, tags } from "../../../src/commands/Command.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"

const byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

/** Any bytes, few or many. */
export const bytes: Arbitrary.Arbitrary<Uint8Array> = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(byte)),
  (values) => Uint8Array.from(values)
)

/** Any text that has a UTF-8 form, with signs of every plane and of the ends of UTF-16's ranges. */
export const text: Arbitrary.Arbitrary<string> = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.schema(
      Schema.Union([
        Schema.String,
        Schema.Literals([
          "/",
          ".",
          "\u007f",
          "\u0080",
          "\ud7ff",
          "\ue000",
          "\uffff",
          "\u{10000}",
          "\u{10ffff}"
        ])
      ])
    )
  ),
  (parts) => parts.join("").toWellFormed()
)

const literals = new Set(["_tag", "mode", "attribute", "kind", "fields", "full"])

/** The command with each of its words changed. */
const mapWords = (value: unknown, change: (word: string) => string, key?: string): unknown => {
  if (typeof value === "string")
    return key !== undefined && literals.has(key) ? value : change(value)
  if (Array.isArray(value)) return value.map((item) => mapWords(item, change))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapWords(item, change, key)])
  )
}

/** Every command with every value that its declaration allows. */
const anyCommand = Schema.Union(tags.map((tag) => Schema.TaggedStruct(tag, specs[tag].fields)))

/** HELLO can say a password or a name only after a version, and a password only after a user. */
const canBeWritten = (command: Command): boolean =>
  command._tag !== "Hello"
  || (command.version === undefined
    ? command.credentials === undefined && command.clientName === undefined
    : command.credentials === undefined || command.credentials.user !== undefined)

/** Any command that can be written down; its words hold bytes of every kind, line ends and NUL among them. */
export const command: Arbitrary.Arbitrary<Command> = Arbitrary.all([
  Arbitrary.schema(anyCommand),
  Arbitrary.schema(byte)
]).pipe(
  Arbitrary.map(([command, key]) =>
    Schema.decodeUnknownSync(anyCommand)(
      mapWords(command, (word) =>
        ByteString.fromBytes(
          ByteString.toBytes(ByteString.fromText(word)).map((value) => value ^ key)
        )
      )
    )
  ),
  // A declaration's schemas and its type say the same, which a list of them forgets.
  Arbitrary.map((command) => command as unknown as Command),
  Arbitrary.filter(canBeWritten)
)
