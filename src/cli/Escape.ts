/**
 * Escapes text from the server before it is printed: control characters in it could move the terminal's cursor, change
 * its title or send input.
 */

/**
 * C0, DEL and C1, and what makes a name look like another: marks that change the direction of writing, and characters
 * without width, among them the byte order mark.
 */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

const escapeCharacter = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`
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
