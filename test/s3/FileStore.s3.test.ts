/** What every store promises, asked of a bucket. */
import { Effect } from "effect"
import { bucketWith, s3Store } from "../support/peers/S3.ts"
import { type MakeShelf, storeContract } from "../support/stores/StoreContract.ts"
import { endpoint } from "./cluster.ts"

const shelf =
  (prefix: string): MakeShelf =>
  (files) =>
    Effect.gen(function* () {
      const keyOf = (name: string) => prefix + name
      const { bucket, modified, put, remove } = yield* bucketWith(
        endpoint,
        Object.fromEntries(Object.entries(files).map(([name, content]) => [keyOf(name), content]))
      )
      return {
        store: yield* s3Store(endpoint, bucket, { prefix }),
        replace: (name, content) => put(keyOf(name), content),
        remove: (name) => remove(keyOf(name)),
        modified: (name) => modified(keyOf(name))
      }
    })

// Of nothing fresh, nothing is there at once.
storeContract("bucket", shelf(""), "nothing")
storeContract("prefix in a bucket", shelf("acervo/público/"), "nothing")
