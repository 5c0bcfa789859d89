/** What every store promises, asked of a bucket behind a gateway that is made up; of a real one: test/s3. */
import { Effect } from "effect"
import { bucket, fakeS3 } from "../../../support/fakes/FakeS3.ts"
import { s3Store } from "../../../support/peers/S3.ts"
import { type MakeShelf, storeContract } from "../../../support/stores/StoreContract.ts"

const shelf =
  (prefix: string): MakeShelf =>
  (files) =>
    Effect.gen(function* () {
      const gateway = yield* fakeS3(
        Object.fromEntries(Object.entries(files).map(([name, content]) => [prefix + name, content]))
      )
      return {
        store: yield* s3Store(gateway.url, bucket, { prefix }),
        replace: (name, content) => Effect.sync(() => gateway.put(prefix + name, content)),
        remove: (name) => Effect.sync(() => gateway.remove(prefix + name)),
        modified: (name) => Effect.sync(() => gateway.modified(prefix + name))
      }
    })

storeContract("bucket", shelf(""), "nothing")
storeContract("prefix in a bucket", shelf("acervo/público/"), "nothing")
