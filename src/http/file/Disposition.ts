/** The field that has a browser save a file under its name (RFC 6266). */
import { type FileName, lastPart } from "../../domain/FileName.ts"

/** What may stand in a parameter of RFC 8187 (3.2.1, attr-char) and `encodeURIComponent` leaves as it is, but for these. */
const notAllowed = /['()*]/g

const percent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`

/** What is no plain ASCII, or would end the quotes. A per cent sign is left out as well (RFC 6266, appendix D). */
const notPlain = /[^ -~]|["\\%]/gu

/** The line, with its end: the name for all clients, and, where it has more than plain ASCII, exactly in UTF-8. */
export const dispositionLine = (name: FileName): string => {
  const last = lastPart(name)
  const plain = last.replace(notPlain, "_")
  const exact = encodeURIComponent(last).replace(notAllowed, percent)
  return `Content-Disposition: attachment; filename="${plain}"; filename*=UTF-8''${exact}\r\n`
}
