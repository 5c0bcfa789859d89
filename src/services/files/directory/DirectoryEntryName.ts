/** The name of an entry of a folder, as the file system has it, and whether it is shared. */
import { type FileName, isHidden, join } from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import type { LogOnce } from "./LogOnce.ts"
import type { SharedFolder } from "./SharedFolder.ts"

/** The bytes of a name that is no text, and a backslash, as people write them. */
const escapeBytes = (latin1: string): string =>
  latin1.replace(
    /[\\\u0080-\u00ff]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`
  )

/**
 * The name of the entry `part` (its bytes as latin1, for they may not be UTF-8) of the folder `within`, "" for the
 * shared one; `undefined` where it is not shared. `log` is told of one that no client could ask for.
 */
export const entryName = (
  { hidden }: SharedFolder,
  log: LogOnce,
  within: string,
  part: string
): FileName | undefined => {
  const text = ByteString.toText(ByteString.unsafe(part))
  const name = text === undefined ? undefined : join(within, text)
  if (name === undefined) {
    log.add("name.unshareable", (within === "" ? "" : `${within}/`) + escapeBytes(part))
    return undefined
  }
  return isHidden(name) && !hidden ? undefined : name
}
