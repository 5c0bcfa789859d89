/**
 * Text from the other side, safe to print. It can hold anything, so nothing of it reaches a terminal unescaped: a control
 * character could move the cursor, retitle the window or type for the reader.
 */

/**
 * C0, DEL and C1, and what makes a name read as another: the marks that change the direction of writing, and characters
 * without width, the byte order mark among them.
 */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

const escapeCharacter = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`
}

/** One line, safe to print: what could steer a terminal stands as `\x1b`. */
export const escape = (text: string): string => text.replace(unprintable, escapeCharacter)

/** Lines, safe to print: as `escape`, but line ends and tabs stay. */
export const escapeLines = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replace(unprintable, (character) =>
      character === "\n" || character === "\t" ? character : escapeCharacter(character)
    )
