/** What a server of changes answers, as bytes of RESP. */
import { bulk } from "./Bytes.ts"

const list = (items: ReadonlyArray<string>): string => `*${items.length}\r\n${items.join("")}`

/** An entry: its id, and fields and values by turns. */
export const entry = (id: string, ...fields: ReadonlyArray<string>): string =>
  list([bulk(id), list(fields.map(bulk))])

/** What is told of a file of one byte, of the last millisecond of 2023 unless given: fields and values by turns. */
export const fileFields = (
  name: string,
  modified = "2023-12-31T23:59:59.999Z"
): ReadonlyArray<string> => ["nome", name, "tamanho", "1", "modificado", modified, "versao", "v"]

/** A file that came or changed. */
export const fileEntry = (id: string, op: string, name: string): string =>
  entry(id, "op", op, ...fileFields(name, "2024-03-09T12:34:56.789Z"))

/** The answer to XREAD in RESP 3, a map, or in RESP 2, a list of pairs. */
export const readReply = (version: 2 | 3, ...entries: ReadonlyArray<string>): string =>
  version === 3
    ? `%1\r\n${bulk("arquivos")}${list(entries)}`
    : list([list([bulk("arquivos"), list(entries)])])

/** The answer to XINFO STREAM, as far as clients look at it. */
export const infoReply = (version: 2 | 3, id: string): string =>
  `${version === 3 ? "%2" : "*4"}\r\n${bulk("length")}:7\r\n${bulk("last-generated-id")}${bulk(id)}`
