/** Comparing in loops of thousands. */
import { assert } from "@effect/vitest"
import { isDeepStrictEqual } from "node:util"

/**
 * `assert.deepStrictEqual`, which by itself takes many times as long as Node does to find that two values are the same: it
 * is asked where they are not, and says what is different.
 */
export const assertSame: typeof assert.deepStrictEqual = (actual, expected, message) => {
  if (!isDeepStrictEqual(actual, expected)) assert.deepStrictEqual(actual, expected, message)
}
