/** A copy of a file that a mirror is about to overwrite or delete. */
import { Effect } from "effect"
import { dirname } from "node:path"
import * as System from "../SystemCalls.ts"
import { attempt, failedAt } from "./Attempt.ts"
import { makeAll } from "./Folders.ts"

/** Copies a file to a place, or where there is a copy already beside it under a number; on disk when it is done. */
export const backUp = Effect.fnUntraced(function* (file: string, place: string) {
  const paths = yield* attempt(place, () => {
    const changed = makeAll(dirname(place))
    let copy = place
    for (let number = 1; System.entryAt(copy) !== undefined; number++) copy = `${place}.${number}`
    System.copy(file, copy)
    if (!System.needsSync(dirname(place))) return []
    return [copy, dirname(copy), ...changed]
  })
  yield* Effect.tryPromise({ try: () => System.syncAll(paths), catch: failedAt(place) })
})
