/**
 * Escapes text from the server before it is printed: control characters in it could move the terminal's cursor, change
 * its title or send input.
 */
import { inFour, unseen } from "../domain/FileName.ts"

/** C0, DEL and C1, and what makes a name look like another. */
const unprintable = new RegExp(String.raw`[\u0000-\u001f\u007f-\u009f${unseen}]`, "g")

const escapeCharacter = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : inFour(character)
}

/** One line, safe to print: a control character becomes `\x1b` or the like. */
export const escape = (text: string): string => text.replace(unprintable, escapeCharacter)

/** Several lines, safe to print: as `escape`, but line ends and tabs stay. */
export const escapeLines = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replace(unprintable, (character) =>
      character === "\n" || character === "\t" ? character : escapeCharacter(character)
    )

/**
 * A line of JSON, or of quoted texts like those of JSON, safe to print and of the same value: `JSON.stringify` leaves DEL
 * and C1 as they are, of which U+009B begins an escape sequence by itself.
 */
export const escapeJson = (line: string): string => line.replace(unprintable, inFour)

/** A value as JSON on one line, safe to print: what `--json` prints of it. */
export const toJsonLine = (value: unknown): string => escapeJson(JSON.stringify(value))
