/** Names of files as tests write them. */
import { type FileName, fromText } from "../../../src/domain/FileName.ts"

/** A name that the test knows to be one. */
export const fileName = (text: string): FileName => {
  const name = fromText(text)
  if (name === undefined) throw new Error(`not a name: ${JSON.stringify(text)}`)
  return name
}
